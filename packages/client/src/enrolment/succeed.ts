/** Taking the place of an older client of this machine: the same client at its site, with what it knew. */
import { createPublicKey } from 'node:crypto';
import {
  type ErrorCode,
  HoldfastError,
  isHoldfastError,
  keyFingerprint,
  parseToken,
} from '@holdfast/contract';
import type { ClientContext } from '../context.ts';
import type { Inheritance, OlderIdentity } from '../inheritance.ts';
import type { Identity, Trust } from '../state.ts';
import { enrol, renewAs } from './enrol.ts';

/** A site that says so does not know the older client, or not as this machine: its word is final. */
const refusals: readonly ErrorCode[] = [
  'secret.refused',
  'certificate.required',
  'certificate.revoked',
  'certificate.expired',
];

/**
 * The history is durable before the site gives an identity: from then on policy may come. Where the site refuses the older
 * client, the machine becomes a client of its own, with a token; what was done on it stays known.
 *
 * @param trust whom to trust at the site that was located
 * @throws HoldfastError `token.*`, `setup.site-unknown` where there is no token to enrol with, `network.*`
 */
export async function succeed(
  context: ClientContext,
  { history, identity }: Pick<Inheritance, 'history' | 'identity'>,
  trust: Trust,
  token: string | null,
): Promise<Identity> {
  await context.journal.commit({ kind: 'inherited', history });
  try {
    const same = identity && (await asOlder(context, identity, trust, token));
    if (same) return same;
  } catch (thrown) {
    if (token === null || !isHoldfastError(thrown, ...refusals)) throw thrown;
  }
  if (token === null) throw new HoldfastError('setup.site-unknown', 'There is no token to enrol with.');
  return await enrol(context, token);
}

/** Undefined where it cannot have been a client of this site. */
async function asOlder(
  context: ClientContext,
  older: OlderIdentity,
  trust: Trust,
  token: string | null,
): Promise<Identity | undefined> {
  if (older.siteCode !== trust.siteCode) return undefined;
  if (older.kind === 'secret') {
    // A secret goes to whom the token trusts, and to nobody else.
    if (token === null || parseToken(token).siteCode !== older.siteCode) return undefined;
    const { clientId, secret } = older;
    return await enrol(context, token, { clientId, secret });
  }
  if (!samePolicyKey(older.policyKey, trust.policyKey)) return undefined;
  const { certificate, clientId, privateKey } = older;
  if (!(await context.ports.identities.fits(certificate, privateKey))) return undefined;
  return await renewAs(context, { certificate, privateKey }, clientId, trust);
}

function samePolicyKey(one: string, other: string): boolean {
  try {
    return keyFingerprint(createPublicKey(one)) === keyFingerprint(createPublicKey(other));
  } catch {
    return false;
  }
}
