/** Who may use the API: the first administrator, by the secret of the first-run link, and API keys. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  type ApiKeyCreated,
  type ApiKeySummary,
  type FirstRun,
  HoldfastError,
  sha256,
} from '@holdfast/contract';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { addSetting, deleteSetting } from '../store/settings.ts';
import type { ApiKeyRow, SignIn } from './auth.adapter.ts';

const secretBytes = 32;
const authSecretKey = 'auth/secret';
/** Held while the first administrator is being made: only one of two requests at once gets it. */
const firstRunClaimKey = 'auth/first-run-claim';

/** The site's own secret behind cookies and the first-run link; drawn once. */
export async function authSecret(context: SiteContext): Promise<string> {
  const drawn = Buffer.from(context.entropy.bytes(secretBytes)).toString('base64url');
  return (await addSetting(context.store, authSecretKey, drawn)).value;
}

export type FirstRunDesk = {
  /** Whether the first-run link is open. */
  open(): Promise<boolean>;
  /** The secret of the link; the same at every start, undefined once an administrator exists. */
  secret(): Promise<string | undefined>;
  /** @throws HoldfastError `auth.first-run-used`, `auth.refused` */
  createAdministrator(request: FirstRun): Promise<void>;
};

/** The secret is derived and never stored, so that the link stays the same when the site starts anew. */
export async function openFirstRun(
  context: SiteContext,
  signIn: SignIn,
  siteSecret: string,
): Promise<FirstRunDesk> {
  const secret = createHmac('sha256', siteSecret).update('holdfast/first-run').digest('base64url');
  // A site that stopped between the claim and the account would be closed for ever.
  let done = await signIn.hasAdministrator();
  if (!done) await deleteSetting(context.store, firstRunClaimKey);

  const open = async () => {
    done ||= await signIn.hasAdministrator();
    return !done;
  };
  return {
    open,
    async secret() {
      return (await open()) ? secret : undefined;
    },
    async createAdministrator(request) {
      if (!(await open())) throw new HoldfastError('auth.first-run-used', 'An administrator exists already.');
      if (!sameText(request.secret, secret)) {
        throw new HoldfastError('auth.refused', 'This is not the secret of the first-run link.');
      }
      const claim = await addSetting(context.store, firstRunClaimKey, '');
      if (!claim.added) throw new HoldfastError('auth.first-run-used', 'An administrator is being created.');
      try {
        await signIn.createAdministrator(request);
      } catch (thrown) {
        await deleteSetting(context.store, firstRunClaimKey);
        throw thrown;
      }
      await audit(context, context.store, {
        actor: request.email.toLowerCase(),
        action: 'administrator.create',
        target: request.email.toLowerCase(),
      });
    },
  };
}

/** Compares without telling by its time where the two differ. */
function sameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(one)), Buffer.from(sha256(other)));
}

function keySummary(row: ApiKeyRow): ApiKeySummary {
  return { id: row.id, name: row.name ?? '', createdAt: row.createdAt.getTime() };
}

export async function listApiKeys(signIn: SignIn): Promise<ApiKeySummary[]> {
  return (await signIn.listKeys()).map(keySummary);
}

/** @param owner user id; the system account where absent */
export async function createApiKey(
  context: SiteContext,
  signIn: SignIn,
  request: { name: string; actor: string; owner?: string },
): Promise<ApiKeyCreated> {
  const { row, key } = await signIn.createKey(request.name, request.owner);
  const summary = keySummary(row);
  await audit(context, context.store, {
    actor: request.actor,
    action: 'api-key.create',
    target: `${summary.name} ${summary.id}`,
  });
  return { ...summary, key };
}

/** @throws HoldfastError `not-found` */
export async function deleteApiKey(
  context: SiteContext,
  signIn: SignIn,
  request: { id: string; actor: string },
): Promise<void> {
  const row = await signIn.deleteKey(request.id);
  if (!row) throw new HoldfastError('not-found', `There is no API key ${request.id}.`);
  await audit(context, context.store, {
    actor: request.actor,
    action: 'api-key.delete',
    target: `${row.name ?? ''} ${row.id}`,
  });
}
