/** Enrolment of a client of the first generation: a token becomes a client with a secret. */
import {
  type EnrolRequestV1,
  type EnrolResponseV1,
  HoldfastError,
  parseToken,
  sha256,
} from '@holdfast/contract';
import { insertClient } from '../clients/enrolled.ts';
import { announceMemberships, evaluateClient, type Membership } from '../collections/membership.ts';
import type { SiteContext } from '../context.ts';
import { checkToken, checkUses, refuseRevoked } from './model.ts';
import { findSecretOf, putSecret } from './secrets.ts';
import { countUse, findTokenBySecret, findTokenUse, lockToken } from './store.ts';

const secretBytes = 32;

/**
 * The same request with the same token gets the same client again, with a new secret and without another use: the answer
 * to the first one may have been lost.
 *
 * @throws HoldfastError `token.malformed`, `token.unknown`, `token.revoked`, `token.expired`, `token.used`,
 * `certificate.revoked`, `secret.refused` where today's client has its place already
 */
export async function enrolFirstGeneration(
  context: SiteContext,
  { facts, requestId, token }: EnrolRequestV1,
): Promise<EnrolResponseV1> {
  const tokenHash = sha256(parseToken(token).secret);
  const secret = Buffer.from(context.entropy.bytes(secretBytes)).toString('base64url');
  // Where keys of today's clients stand: whoever repeats a request has to know what was drawn for it.
  const publicKey = sha256(`wire 1 ${requestId}`);
  const now = context.clock.now();
  const made = await context.store.transaction().execute(async (transaction) => {
    const found = await findTokenBySecret(transaction, tokenHash);
    const row = found && (await lockToken(transaction, found.id));
    checkToken(row, now);
    const earlier = await findTokenUse(transaction, row.id, publicKey);
    const clientId = earlier ?? context.entropy.uuid();
    let joined: Membership[] = [];
    if (earlier === undefined) {
      checkUses(row);
      const client = { id: clientId, facts: { ...facts, bootId: '', osEpoch: '' }, enrolledAt: now };
      await insertClient(transaction, { ...client, wire: 1 });
      await countUse(transaction, { tokenId: row.id, publicKey, clientId, at: now });
      joined = await evaluateClient(transaction, clientId);
    } else {
      refuseRevoked(context, earlier);
      const known = await findSecretOf(transaction, earlier);
      if (known?.succeededBy != null) {
        throw new HoldfastError('secret.refused', "Today's client has taken the place of this one.");
      }
    }
    await putSecret(transaction, { clientId, secretHash: sha256(secret), issuedAt: now });
    return { clientId, joined, tokenId: row.id };
  });
  if (!context.clients.get(made.clientId)) {
    context.clients.set({ id: made.clientId, revoked: false, lastSeenAt: null, wire: 1 });
  }
  announceMemberships(context, made.joined);
  context.live.publish({ kind: 'client', id: made.clientId });
  context.live.publish({ kind: 'token', id: made.tokenId });
  return { clientId: made.clientId, siteCode: context.siteCode, secret };
}
