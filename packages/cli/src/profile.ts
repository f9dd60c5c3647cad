/** Which site the verbs talk to, and with which key: options, then the environment, then the stored profile. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';

const Profile = Type.Object(
  { site: Type.String({ minLength: 1 }), apiKey: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);
const profileShape = Compile(Profile);

/** Address of a site's console, and an API key of it. */
export type Profile = Static<typeof Profile>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Under the XDG configuration folder; on Windows under the user's own profile as well. */
export function profilePath(environment: Environment): string {
  const folder = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return join(folder, 'holdfast', 'profile.json');
}

/** Writes the profile where only its owner can read it. */
export async function storeProfile(environment: Environment, profile: Profile): Promise<string> {
  const path = profilePath(environment);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(profile, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return path;
}

async function storedProfile(environment: Environment): Promise<Partial<Profile>> {
  const path = profilePath(environment);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new HoldfastError('disk.denied', `The profile ${path} cannot be read.`, { cause });
  }
  let profile: unknown;
  try {
    profile = JSON.parse(text);
  } catch {
    profile = undefined;
  }
  if (!profileShape.Check(profile)) {
    throw new HoldfastError('request.invalid', `The profile ${path} is damaged: log in again.`);
  }
  return profile;
}

/**
 * The site to talk to. A stored key is only ever sent to the site that it was stored for.
 * @throws HoldfastError `auth.required` where no site or no key is known
 */
export async function chooseSite(
  environment: Environment,
  options: { readonly site?: string | undefined; readonly apiKey?: string | undefined },
): Promise<Profile> {
  const stored = await storedProfile(environment);
  const site = options.site ?? environment.HOLDFAST_SITE ?? stored.site;
  if (!site) {
    throw new HoldfastError(
      'auth.required',
      'No site is named: give --site URL, set HOLDFAST_SITE, or run holdfast login.',
    );
  }
  const apiKey =
    options.apiKey ??
    environment.HOLDFAST_API_KEY ??
    (stored.site !== undefined && sameOrigin(stored.site, site) ? stored.apiKey : undefined);
  if (!apiKey) {
    throw new HoldfastError(
      'auth.required',
      `No API key for ${site}: give --api-key KEY, set HOLDFAST_API_KEY, or run holdfast login.`,
    );
  }
  return { site, apiKey };
}

/** @throws HoldfastError `request.invalid` where it is not an http or https address */
export function siteOrigin(site: string): string {
  const url = URL.canParse(site) ? new URL(site) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new HoldfastError('request.invalid', `${site} is not the http or https address of a site.`);
  }
  return url.origin;
}

function sameOrigin(one: string, other: string): boolean {
  return siteOrigin(one) === siteOrigin(other);
}
