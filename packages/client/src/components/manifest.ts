/** Manifests of components: read from the disk, believed only with the signature of the release key. */
import {
  ComponentManifest,
  type ComponentName,
  type ComponentVariant,
  compareVersions,
  HoldfastError,
} from '@holdfast/contract';
import type { OperatingSystem } from '@holdfast/ports';
import { signedReader } from '../signed.ts';

/** Bytes of the longest manifest file. */
export const manifestLimit = 4 * 1024 * 1024;

const readManifest = signedReader('holdfast/client-component', ComponentManifest);

/** Path below the component's root. */
export function manifestPath(component: ComponentName): string {
  return component === 'launcher' ? 'launcher/manifest.json' : `manifests/${component}.json`;
}

export type ExpectedManifest = {
  readonly component: ComponentName;
  readonly version: string;
  readonly system: Pick<OperatingSystem, 'platform' | 'architecture'>;
  /** PEM. */
  readonly releaseKey: string;
};

/**
 * The manifest in a file, if it is the one of this component, version and kind of machine.
 * @throws HoldfastError `network.response-invalid` for what is no signed document, `release.untrusted` for one that does not count
 */
export function openManifest(file: Uint8Array, expected: ExpectedManifest): ComponentManifest {
  const manifest = readManifest(Buffer.from(file).toString('utf8'), expected.releaseKey);
  const { component, version, system } = expected;
  const refuse = (what: string, found: string, wanted: string): never => {
    throw new HoldfastError('release.untrusted', `The manifest is of ${what} ${found}, not ${wanted}.`);
  };
  if (manifest.component !== component) refuse('component', manifest.component, component);
  if (manifest.version !== version) refuse('version', manifest.version, version);
  if (manifest.platform !== system.platform) refuse('platform', manifest.platform, system.platform);
  if (manifest.architecture !== system.architecture) {
    refuse('architecture', manifest.architecture, system.architecture);
  }
  return manifest;
}

/**
 * The first variant whose range has the version of the system in it, compared number by number. A version with more
 * behind its numbers (`12 (bookworm)`, `6.1.0-rc1`) counts by the numbers that it begins with.
 */
export function variantFor(manifest: ComponentManifest, systemVersion: string): ComponentVariant | undefined {
  const version = /^\d{1,5}(?:\.\d{1,5}){0,3}/.exec(systemVersion)?.[0] ?? '0';
  return manifest.variants?.find(
    ({ from, below }) =>
      (from === undefined || (compareVersions(version, from) ?? -1) >= 0) &&
      (below === undefined || (compareVersions(version, below) ?? 0) < 0),
  );
}
