/** Becoming a client of a site, and staying one: token, pinned key, certificate, renewal. */
import {
  EnrolResponse,
  type FormerClient,
  HoldfastError,
  isHoldfastError,
  keyFingerprint,
  mpPaths,
  parseToken,
  type Uuid,
} from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { loadInventory } from '../load-component.ts';
import { jsonReader } from '../site.ts';
import type { Identity, PendingIdentity, Trust } from '../state.ts';
import { enrolled, keepIdentity, newPending, ownTls } from './identity.ts';
import { learnTrust, readPublicKey } from './trust.ts';

/** Bytes of the answers of enrolment. */
const answerLimit = 256 * 1024;

const readEnrolResponse = jsonReader(EnrolResponse, 'answer to an enrolment');

/**
 * Enrols with a token. A client that is enrolled already becomes a new one of the token's site; journal, cache and
 * outbox are kept.
 *
 * @param succeeds the client of the first generation that it is, and the proof
 * @throws HoldfastError `token.*`, `site.untrusted`, `network.*`, `secret.refused`
 */
export async function enrol(
  context: ClientContext,
  text: string,
  succeeds?: FormerClient,
): Promise<Identity> {
  const ask = (pending: PendingIdentity) => askForCertificate(context, text, pending, succeeds);
  const token = parseToken(text);
  const trust = await learnTrust(context.site, token);
  const unanswered = unansweredRequest(context, trust);
  let identity: Identity;
  try {
    identity = await ask(unanswered ?? (await newPending(context, trust)));
  } catch (thrown) {
    // The client that the lost answer was about was revoked since: its key is of no use any more.
    if (!unanswered || !isHoldfastError(thrown, 'certificate.revoked')) throw thrown;
    identity = await ask(await newPending(context, trust));
  }
  return await tookIdentity(context, trust, identity);
}

async function tookIdentity(context: ClientContext, trust: Trust, identity: Identity): Promise<Identity> {
  await context.reporter.report(
    { name: 'client-enrolled', details: { site: trust.siteCode, clientId: identity.clientId } },
    { kind: 'identity', trust, identity },
  );
  await keepIdentity(context);
  return identity;
}

/**
 * Becomes the client whose certificate this is, with a key of its own: whoever has the older one goes on with it.
 * @throws HoldfastError `certificate.*` where the site does not take it for that client, `network.*`
 */
export async function renewAs(
  context: ClientContext,
  older: { readonly certificate: string; readonly privateKey: string },
  clientId: Uuid,
  trust: Trust,
): Promise<Identity> {
  const pending = unansweredRequest(context, trust) ?? (await newPending(context, trust));
  const tls = { authorities: trust.authorities, ...older };
  const identity = await askToRenew(context, pending, tls, clientId, undefined);
  return await tookIdentity(context, trust, identity);
}

/** A request of before whose answer did not arrive. */
function unansweredRequest(context: ClientContext, trust: Trust): PendingIdentity | undefined {
  const { pending } = context.journal.state;
  return pending?.trust.policyKey === trust.policyKey ? { ...pending, trust } : undefined;
}

async function askForCertificate(
  context: ClientContext,
  token: string,
  pending: PendingIdentity,
  succeeds: FormerClient | undefined,
): Promise<Identity> {
  const { readFacts } = await loadInventory();
  const facts = await readFacts(context);
  const body = {
    ...{ token: token.trim(), certificateRequest: pending.request, facts },
    ...(succeeds === undefined ? {} : { succeeds }),
  };
  const tls = { authorities: pending.trust.authorities };
  const request = { method: 'POST', path: mpPaths.enrol, body, tls } as const;
  return identityFrom(context, await context.site.text(request, answerLimit), pending);
}

/**
 * Asks anew which authorities the site has, when its TLS is not of those that are known: believed, as on the first
 * day, only with the signature of the pinned policy key, and never an older statement.
 */
export async function refreshTrust(context: ClientContext, signal: AbortSignal | undefined): Promise<void> {
  const { trust, identity } = enrolled(context);
  const policyKey = keyFingerprint(readPublicKey(trust.policyKey));
  const fresh = await learnTrust(context.site, { siteCode: trust.siteCode, policyKey }, signal);
  if (fresh.issuedAt <= trust.issuedAt) return;
  await context.journal.commit({ kind: 'identity', trust: fresh, identity });
  await keepIdentity(context);
}

/**
 * Asks for a new certificate when less than a third of the old one's life is left.
 * @returns whether there is a new one
 */
export async function renewIfDue(context: ClientContext, signal: AbortSignal | undefined): Promise<boolean> {
  const { trust, identity } = enrolled(context);
  const left = identity.expiresAt - context.ports.clock.now();
  if (left > (identity.expiresAt - identity.issuedAt) / 3) return false;
  const pending = unansweredRequest(context, trust) ?? (await newPending(context, trust));
  const renewed = await askToRenew(context, pending, await ownTls(context), identity.clientId, signal);
  await context.reporter.report(
    { name: 'certificate-renewed', details: { expiresAt: renewed.expiresAt } },
    { kind: 'identity', trust, identity: renewed },
  );
  await keepIdentity(context);
  return true;
}

/** @throws HoldfastError `network.response-invalid` where the site takes this client for another one */
async function askToRenew(
  context: ClientContext,
  pending: PendingIdentity,
  tls: TlsIdentity,
  clientId: Uuid,
  signal: AbortSignal | undefined,
): Promise<Identity> {
  const body = { certificateRequest: pending.request };
  const request = { method: 'POST', path: mpPaths.renew, body, tls, signal } as const;
  const renewed = identityFrom(context, await context.site.text(request, answerLimit), pending);
  if (renewed.clientId === clientId) return renewed;
  throw new HoldfastError('network.response-invalid', 'The site renewed the certificate of another client.');
}

function identityFrom(context: ClientContext, answer: string, pending: PendingIdentity): Identity {
  const { clientId, siteCode, certificate, expiresAt } = readEnrolResponse(answer);
  if (siteCode !== pending.trust.siteCode) {
    throw new HoldfastError(
      'network.response-invalid',
      `The certificate is of site ${siteCode}, not of ours.`,
    );
  }
  const issuedAt = context.ports.clock.now();
  return { clientId, keyFile: pending.keyFile, certificate, issuedAt, expiresAt };
}
