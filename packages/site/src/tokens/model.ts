/** Enrolment tokens: made, listed, revoked. The site keeps only the hash of a token's secret. */
import { formatToken, HoldfastError, sha256, type TokenCreate, type TokenCreated } from '@holdfast/contract';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { findToken, insertToken, markTokenRevoked } from './store.ts';

const secretBytes = 32;

/** Makes a token; its text is in this answer and nowhere else. */
export async function createToken(
  context: SiteContext,
  actor: string,
  request: TokenCreate,
): Promise<TokenCreated> {
  const secret = Buffer.from(context.entropy.bytes(secretBytes)).toString('base64url');
  const createdAt = context.clock.now();
  const token = {
    id: context.entropy.uuid(),
    label: request.label,
    maxUses: request.maxUses,
    uses: 0,
    createdAt,
    expiresAt: createdAt + request.lifetimeSeconds * 1000,
    revokedAt: null,
  };
  await context.store.transaction().execute(async (transaction) => {
    await insertToken(transaction, { ...token, secretHash: sha256(secret) });
    await audit(context, transaction, {
      actor,
      action: 'token.create',
      target: `${token.label} ${token.id}`,
    });
  });
  context.live.publish({ kind: 'token', id: token.id });
  const text = formatToken({ siteCode: context.siteCode, policyKey: context.trust.policyKeyId, secret });
  return { ...token, token: text };
}

/** No client enrols with it from then on; those that did stay. @throws HoldfastError `not-found` */
export async function revokeToken(context: SiteContext, actor: string, id: string): Promise<void> {
  await context.store.transaction().execute(async (transaction) => {
    const token = await findToken(transaction, id);
    if (!token) throw new HoldfastError('not-found', `There is no token ${id}.`);
    if (token.revokedAt !== null) return;
    await markTokenRevoked(transaction, id, context.clock.now());
    await audit(context, transaction, { actor, action: 'token.revoke', target: `${token.label} ${id}` });
  });
  context.live.publish({ kind: 'token', id });
}
