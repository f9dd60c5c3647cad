/** What a machine needs to become a client, as the console hands it out: packages by hash, and the script with its own. */
import {
  type ClientSetup,
  type ClientSetupScript,
  HoldfastError,
  mpPaths,
  parseToken,
  sha256,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { SiteContext } from '../context.ts';
import type { Schema } from '../store/schema.ts';
import { setupScript } from './setup-script.ts';
import { getRelease, newestVersion, packagesOf } from './store.ts';

/** Where the script is served, below the address of the management point. */
export const scriptPath = `${mpPaths.clientSetup}/setup.sh`;

const address = ({ managementPoint }: SiteContext): string => managementPoint.replace(/\/+$/, '');

async function newest(db: Kysely<Schema>) {
  const version = await newestVersion(db);
  return version === undefined ? undefined : { version, packages: await packagesOf(db, version) };
}

type Newest = NonNullable<Awaited<ReturnType<typeof newest>>>;

function scriptOf(context: SiteContext, { version, packages }: Newest): string {
  const { siteCode } = context;
  const managementPoint = address(context);
  return setupScript({ siteCode, managementPoint, packagesPath: mpPaths.clientPackages, version, packages });
}

/** The script of the newest release. @throws HoldfastError `release.missing` */
export async function currentScript(context: SiteContext): Promise<ClientSetupScript> {
  const release = await newest(context.reader);
  if (!release) throw new HoldfastError('release.missing', 'The site has no release of the client.');
  const text = scriptOf(context, release);
  return { text, sha256: sha256(text) };
}

export async function clientSetup(context: SiteContext): Promise<ClientSetup> {
  const managementPoint = address(context);
  const release = await newest(context.reader);
  if (!release) return { managementPoint, setupScript: null, release: null };
  const forLinux = release.packages.some(({ kind, platform }) => kind === 'tar.gz' && platform === 'linux');
  return {
    managementPoint,
    setupScript: forLinux
      ? { url: managementPoint + scriptPath, sha256: sha256(scriptOf(context, release)) }
      : null,
    release: {
      version: release.version,
      packages: release.packages.map((one) => ({
        ...one,
        url: `${managementPoint}${mpPaths.clientPackages}/${one.sha256}`,
      })),
    },
  };
}

/** Bytes of an .msi that is written anew in memory. */
const mostConfigured = 64 * 1024 * 1024;

/**
 * The .msi of a release with the address of the site and a token in it: a double click sets the machine up.
 * @throws HoldfastError `not-found`, `request.invalid`, `token.malformed`, `msi.*`, `site.unavailable`
 */
export async function configuredPackage(
  context: SiteContext,
  wanted: { readonly version: string; readonly name: string },
  token: string,
): Promise<Uint8Array> {
  parseToken(token);
  const { packages } = await getRelease(context.reader, wanted.version);
  const found = packages.find(({ name }) => name === wanted.name);
  if (!found) {
    throw new HoldfastError('not-found', `Release ${wanted.version} has no package ${wanted.name}.`);
  }
  if (found.kind !== 'msi' || found.size > mostConfigured) {
    throw new HoldfastError('request.invalid', 'Only an .msi of ordinary size is handed out configured.');
  }
  const { name: path, sha256: hash, size } = found;
  const properties = { SITE: address(context), TOKEN: token.trim() };
  const question = { about: 'configured', properties } as const;
  return (await context.installers.ask({ path, sha256: hash, size }, question)).bytes;
}
