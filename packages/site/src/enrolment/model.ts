/** Enrolment and renewal: a token and a certificate request become a client with a certificate. */
import {
  type EnrolRequest,
  type EnrolResponse,
  HoldfastError,
  parseToken,
  type RenewRequest,
  type Sha256,
  sha256,
  type Wire,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { insertCertificate, insertClient, updateFacts } from '../clients/enrolled.ts';
import { announceMemberships, evaluateClient, type Membership } from '../collections/membership.ts';
import type { SiteContext } from '../context.ts';
import type { Schema } from '../store/schema.ts';
import { checkRequest } from '../trust/certificates.ts';
import { proveFormer, succeed } from './secrets.ts';
import { countUse, findTokenBySecret, findTokenUse, lockToken, type TokenRow } from './store.ts';

/** Two requests with one key at the same moment: the later one takes the client of the earlier. */
const raceAttempts = 3;

/** The order in which faults are named: unknown, revoked, expired; used only where this key did not use it. */
export function checkToken(token: TokenRow | undefined, now: number): asserts token is TokenRow {
  if (!token) throw new HoldfastError('token.unknown', 'This site did not issue the enrolment token.');
  if (token.revokedAt !== null) throw new HoldfastError('token.revoked', 'The enrolment token was revoked.');
  if (token.expiresAt <= now) throw new HoldfastError('token.expired', 'The enrolment token has expired.');
}

export function checkUses(token: TokenRow): void {
  if (token.maxUses !== null && token.uses >= token.maxUses) {
    throw new HoldfastError('token.used', 'The enrolment token was used as often as it may be.');
  }
}

/** The client stays who it was, with what is deployed to it and what it has told; its facts are those of now. */
async function takeOver(
  context: SiteContext,
  transaction: Kysely<Schema>,
  { facts, succeeds }: Pick<EnrolRequest, 'facts'> & Required<Pick<EnrolRequest, 'succeeds'>>,
  publicKey: Sha256,
): Promise<void> {
  await succeed(transaction, succeeds, { publicKey, at: context.clock.now() });
  await updateFacts(transaction, succeeds.clientId, facts);
  const target = `${facts.hostName} ${succeeds.clientId}`;
  await audit(context, transaction, { actor: 'site', action: 'client.succeed', target });
}

/** Who cannot prove it enrols as a machine of its own: that somebody claimed to be that client is kept in the audit. */
async function admitFormer(
  context: SiteContext,
  { facts, succeeds }: Pick<EnrolRequest, 'facts'> & Required<Pick<EnrolRequest, 'succeeds'>>,
  publicKey: Sha256,
): Promise<void> {
  try {
    await proveFormer(context.store, succeeds, publicKey);
  } catch (thrown) {
    const target = `${facts.hostName} ${succeeds.clientId}`;
    await context.store.transaction().execute(async (transaction) => {
      await audit(context, transaction, { actor: 'site', action: 'client.succeed-refused', target });
    });
    throw thrown;
  }
}

type Issued = Awaited<ReturnType<SiteContext['trust']['issueClient']>>;

/**
 * Counts the token and stores client, memberships and certificate in one transaction. Answers what the client has
 * joined; undefined where another request was first.
 */
async function store(
  context: SiteContext,
  request: EnrolRequest,
  made: { tokenId: string; clientId: string; issued: Issued; wire: Wire },
): Promise<Membership[] | undefined> {
  const { clientId, issued, tokenId, wire } = made;
  return await context.store.transaction().execute(async (transaction) => {
    const now = context.clock.now();
    const token = await lockToken(transaction, tokenId);
    checkToken(token, now);
    const earlier = await findTokenUse(transaction, tokenId, issued.publicKey);
    if (earlier !== undefined && earlier !== clientId) return undefined;
    let joined: Membership[] = [];
    if (earlier === undefined) {
      checkUses(token);
      if (request.succeeds)
        await takeOver(context, transaction, { ...request, succeeds: request.succeeds }, issued.publicKey);
      else await insertClient(transaction, { id: clientId, facts: request.facts, enrolledAt: now, wire });
      await countUse(transaction, { tokenId, publicKey: issued.publicKey, clientId, at: now });
      joined = await evaluateClient(transaction, clientId);
    }
    await insertCertificate(transaction, { ...issued, clientId });
    return joined;
  });
}

/**
 * Enrols a client. The same key with the same token gets the same client again, with a new certificate and
 * without another use: the answer to the first request may have been lost. Whoever proves that it takes the place of a
 * client of the first generation is that client; nothing else makes two machines one, their names least of all.
 *
 * @throws HoldfastError `token.malformed`, `token.unknown`, `token.revoked`, `token.expired`, `token.used`,
 * `certificate.request-invalid`, `certificate.revoked`, `secret.refused`
 */
export async function enrol(context: SiteContext, request: EnrolRequest, wire: Wire): Promise<EnrolResponse> {
  const secretHash = sha256(parseToken(request.token).secret);
  for (let attempt = 1; attempt <= raceAttempts; attempt += 1) {
    const token = await findTokenBySecret(context.store, secretHash);
    checkToken(token, context.clock.now());
    const { fingerprint } = await checkRequest(request.certificateRequest);
    const earlier = await findTokenUse(context.store, token.id, fingerprint);
    // Before the work of signing; decided once more inside the transaction.
    if (earlier === undefined) checkUses(token);
    else refuseRevoked(context, earlier);
    if (earlier === undefined && request.succeeds) {
      await admitFormer(context, { ...request, succeeds: request.succeeds }, fingerprint);
      refuseRevoked(context, request.succeeds.clientId);
    }
    const clientId = earlier ?? request.succeeds?.clientId ?? context.entropy.uuid();
    const issued = await context.trust.issueClient({
      certificateRequest: request.certificateRequest,
      clientId,
    });
    const joined = await store(context, request, { tokenId: token.id, clientId, issued, wire });
    if (joined === undefined) continue;
    if (earlier === undefined) {
      // Whoever revoked it since the commit has put it there already.
      if (!context.clients.get(clientId)) {
        context.clients.set({ id: clientId, revoked: false, lastSeenAt: null, wire });
      }
      announceMemberships(context, joined);
      context.live.publish({ kind: 'client', id: clientId });
      context.live.publish({ kind: 'token', id: token.id });
    }
    return {
      clientId,
      siteCode: context.siteCode,
      certificate: issued.certificate,
      expiresAt: issued.expiresAt,
    };
  }
  throw new HoldfastError('conflict', 'Another request enrols with this key at the same time.');
}

export function refuseRevoked(context: SiteContext, clientId: string): void {
  if (context.clients.get(clientId)?.revoked) {
    throw new HoldfastError('certificate.revoked', 'The client that has this key was revoked.');
  }
}

/** A new certificate for a client that still has a valid one. @throws HoldfastError `certificate.request-invalid` */
export async function renew(
  context: SiteContext,
  clientId: string,
  request: RenewRequest,
): Promise<EnrolResponse> {
  const issued = await context.trust.issueClient({
    certificateRequest: request.certificateRequest,
    clientId,
  });
  await insertCertificate(context.store, { ...issued, clientId });
  return {
    clientId,
    siteCode: context.siteCode,
    certificate: issued.certificate,
    expiresAt: issued.expiresAt,
  };
}
