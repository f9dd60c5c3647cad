/** Learning whom to trust: a site's authorities, by the signature of the policy key that is known by its fingerprint. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type EnrolmentToken,
  HoldfastError,
  isHoldfastError,
  keyFingerprint,
  mpPaths,
  SiteTrust,
  TrustResponse,
  unseal,
} from '@holdfast/contract';
import { jsonReader, type Site } from '../site.ts';
import type { Trust } from '../state.ts';

/** Bytes of the longest answer. */
const answerLimit = 256 * 1024;

const readTrustResponse = jsonReader(TrustResponse, 'answer to a question for trust', 'site.untrusted');
const readSiteTrust = jsonReader(SiteTrust, "site's trust", 'site.untrusted');

/**
 * The site's authorities, believed because its policy key signed them and the token names that key. TLS proves
 * nothing yet at this point, so nothing secret is sent.
 *
 * @throws HoldfastError `site.untrusted`, `network.*`
 */
export async function learnTrust(
  site: Pick<Site, 'text'>,
  token: Pick<EnrolmentToken, 'siteCode' | 'policyKey'>,
  signal?: AbortSignal,
): Promise<Trust> {
  const answer = await site.text(
    { method: 'GET', path: mpPaths.trust, tls: { authorities: 'none-yet' }, signal },
    answerLimit,
  );
  const { policyKey, trust: envelope } = readTrustResponse(answer);
  const key = readPublicKey(policyKey);
  if (keyFingerprint(key) !== token.policyKey) {
    throw new HoldfastError('site.untrusted', 'The site does not have the policy key that the token names.');
  }
  const trust = readSiteTrust(unsealTrust(envelope, key));
  if (trust.siteCode !== token.siteCode) {
    throw new HoldfastError(
      'site.untrusted',
      `The site is ${trust.siteCode}, the token is for ${token.siteCode}.`,
    );
  }
  return { ...trust, policyKey };
}

function unsealTrust(envelope: TrustResponse['trust'], key: KeyObject): string {
  try {
    return unseal('holdfast/site-trust', envelope, key);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'policy.untrusted')) throw thrown;
    throw new HoldfastError('site.untrusted', thrown.message, { cause: thrown });
  }
}

export function readPublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new HoldfastError('site.untrusted', 'The policy key of the site is not a key.', { cause });
  }
}
