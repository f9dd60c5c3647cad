/** Releases of the client as a site hands them out: believed for the release key's signature alone. */
import { ClientRelease, HoldfastError, mpPaths } from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import { signedLimit, signedReader } from './signed.ts';
import type { Site } from './site.ts';

export const readRelease = signedReader('holdfast/client-release', ClientRelease);

/** A release, and the text that it was signed as. */
export type SignedRelease = { readonly release: ClientRelease; readonly envelope: string };

export type ReleaseQuestion = {
  /** The newest unless given. */
  readonly version?: string;
  /** PEM. */
  readonly releaseKey: string | undefined;
  readonly tls: TlsIdentity;
  readonly signal: AbortSignal | undefined;
};

/** @throws HoldfastError `release.missing` where the site has no such release, `release.untrusted`, `network.*` */
export async function fetchRelease(
  site: Site,
  { version, releaseKey, tls, signal }: ReleaseQuestion,
): Promise<SignedRelease> {
  const path = version === undefined ? mpPaths.clientRelease : `${mpPaths.clientRelease}/${version}`;
  const envelope = await site.text({ method: 'GET', path, tls, signal }, signedLimit);
  const release = readRelease(envelope, releaseKey);
  if (version === undefined || release.version === version) return { release, envelope };
  throw new HoldfastError('release.missing', `The site gave release ${release.version}, not ${version}.`);
}
