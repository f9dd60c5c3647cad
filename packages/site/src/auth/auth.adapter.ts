/** Sign-in by better-auth on the site's own database: passwords, sessions and API keys. */
import { apiKey, defaultKeyHasher } from '@better-auth/api-key';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { getMigrations } from 'better-auth/db/migration';
import type { Kysely } from 'kysely';
import type { DatabaseKind } from '../store/migration.ts';
import type { Schema } from '../store/schema.ts';

/** How accounts come to be, as better-auth wants to know. */
const provisioning = { method: 'email-password' } as const;

/** Shortest password, in characters. */
const minPasswordLength = 12;

/** The account that owns API keys; nobody can sign in with it. */
const systemEmail = 'system@holdfast.invalid';

export type AuthOptions = {
  readonly store: Kysely<Schema>;
  readonly kind: DatabaseKind;
  readonly secret: string;
  /** Address of the console; cookies are sent over https only where it is https. */
  readonly publicUrl: string;
  readonly log: (line: string) => void;
};

function settingsOf(options: AuthOptions) {
  return {
    appName: 'Holdfast',
    baseURL: options.publicUrl,
    basePath: '/api/auth',
    secret: options.secret,
    telemetry: { enabled: false },
    database: { db: options.store, type: options.kind },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength,
      maxPasswordLength: 128,
    },
    // The server limits by itself, and answers in the site's own words.
    rateLimit: { enabled: false },
    advanced: {
      useSecureCookies: options.publicUrl.startsWith('https:'),
      cookiePrefix: 'holdfast',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict' },
    },
    logger: { level: 'error', log: (level, message) => options.log(`sign-in ${level}: ${message}`) },
    onAPIError: {
      // A failure of the database keeps its code; refusals are answered, not logged.
      onError(thrown) {
        if (isHoldfastError(thrown)) throw thrown;
        if (!(thrown instanceof APIError)) options.log(`sign-in: ${String(thrown)}`);
      },
    },
    plugins: [
      apiKey({
        defaultPrefix: 'hf_',
        maximumNameLength: 120,
        keyExpiration: { defaultExpiresIn: null },
        rateLimit: { enabled: false },
      }),
    ],
  } satisfies BetterAuthOptions;
}

export type ApiKeyRow = {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly enabled: boolean;
  /** The user whose key it is. */
  readonly referenceId: string;
};

export type SignIn = {
  /** Serves a request to /api/auth. */
  handle(request: Request): Promise<Response>;
  /** The user of a session cookie. */
  session(headers: Headers): Promise<{ userId: string; email: string } | undefined>;
  verifyKey(key: string): Promise<{ id: string; name: string; userId: string } | undefined>;
  hasAdministrator(): Promise<boolean>;
  createAdministrator(user: { name: string; email: string; password: string }): Promise<void>;
  /** Makes a key of this user, or of the system account where none is named. Its text is given once. */
  createKey(name: string, userId?: string): Promise<{ row: ApiKeyRow; key: string }>;
  listKeys(): Promise<readonly ApiKeyRow[]>;
  deleteKey(id: string): Promise<ApiKeyRow | undefined>;
};

/** Brings the tables of accounts, sessions and keys up to date, and answers the way to them. */
export async function openSignIn(options: AuthOptions): Promise<SignIn> {
  const settings = settingsOf(options);
  // Before better-auth is made: it looks at once whether its tables are there, and complains if not.
  const { runMigrations } = await getMigrations(settings);
  await runMigrations();
  const auth = betterAuth(settings);
  const { adapter, internalAdapter, password } = await auth.$context;
  const credentials = [{ field: 'providerId', value: 'credential' }];

  async function systemUser(): Promise<string> {
    const known = await internalAdapter.findUserByEmail(systemEmail);
    if (known) return known.user.id;
    const user = await internalAdapter.createUser(
      { name: 'System', email: systemEmail, emailVerified: false },
      provisioning,
    );
    return user.id;
  }

  return {
    handle: (request) => auth.handler(request),
    async session(headers) {
      const found = await auth.api.getSession({ headers });
      return found ? { userId: found.user.id, email: found.user.email } : undefined;
    },
    // The plugin's own check writes to the key at every request: it would cost a commit each, and fail where the
    // database can only be read.
    async verifyKey(key) {
      const row = await adapter.findOne<ApiKeyRow>({
        model: 'apikey',
        where: [{ field: 'key', value: await defaultKeyHasher(key) }],
      });
      return row?.enabled ? { id: row.id, name: row.name ?? row.id, userId: row.referenceId } : undefined;
    },
    async hasAdministrator() {
      return (await adapter.count({ model: 'account', where: credentials })) > 0;
    },
    async createAdministrator(user) {
      const email = user.email.toLowerCase();
      if (email === systemEmail) {
        throw new HoldfastError('request.invalid', `${systemEmail} is the site's own account.`);
      }
      const hash = await password.hash(user.password);
      // A site that stopped between the user and its password has the user already.
      const half = await internalAdapter.findUserByEmail(email);
      const { id } =
        half?.user ??
        (await internalAdapter.createUser({ name: user.name, email, emailVerified: true }, provisioning));
      await internalAdapter.linkAccount({
        userId: id,
        providerId: 'credential',
        accountId: id,
        password: hash,
      });
    },
    async createKey(name, userId) {
      const made = await auth.api.createApiKey({ body: { name, userId: userId ?? (await systemUser()) } });
      if (!made) throw new HoldfastError('internal', 'The API key was not made.');
      return { row: made, key: made.key };
    },
    listKeys: () =>
      adapter.findMany<ApiKeyRow>({
        model: 'apikey',
        sortBy: { field: 'createdAt', direction: 'desc' },
        limit: 1_000,
      }),
    async deleteKey(id) {
      const where = [{ field: 'id', value: id }];
      const row = await adapter.findOne<ApiKeyRow>({ model: 'apikey', where });
      if (row) await adapter.delete({ model: 'apikey', where });
      return row ?? undefined;
    },
  };
}
