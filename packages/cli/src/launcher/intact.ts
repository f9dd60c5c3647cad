/** Whether the core of a version is what the release key has signed, before any of it runs. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unseal } from '@holdfast/contract';

/** Bytes of a manifest. */
const manifestLimit = 4 * 1024 * 1024;

/** As much of a manifest as starting needs; checked by hand, for the launcher is to be small. */
type CoreManifest = {
  readonly component: string;
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
};

/** What is wrong with it, as a clause; undefined where it may be started. */
export async function intact(
  folder: string,
  version: string,
  releaseKey: string | undefined,
): Promise<string | undefined> {
  if (releaseKey === undefined) return 'this launcher has no release key to check it by';
  try {
    const manifest = await coreManifest(folder, createPublicKey(releaseKey));
    if (manifest.component !== 'core' || manifest.version !== version) {
      return 'its manifest is that of something else';
    }
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    if (manifest.platform !== platform || manifest.architecture !== process.arch) {
      return `it is made for ${manifest.platform} on ${manifest.architecture}`;
    }
    for (const file of manifest.files) {
      const bytes = await readFile(join(folder, file.path));
      if (bytes.length !== file.size || hashOf(bytes) !== file.sha256) return `${file.path} is damaged`;
    }
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** @throws Error where it is not there or not signed by the key */
async function coreManifest(folder: string, releaseKey: KeyObject): Promise<CoreManifest> {
  const path = join(folder, 'manifests', 'core.json');
  if ((await lstat(path)).size > manifestLimit) throw new Error('its manifest is too long');
  const envelope: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isEnvelope(envelope)) throw new Error('its manifest is not signed');
  // What the key has signed is what was meant, so its shape needs no second look.
  return JSON.parse(unseal('holdfast/client-component', envelope, releaseKey)) as CoreManifest;
}

type Signed = Parameters<typeof unseal>[1];

function isEnvelope(value: unknown): value is Signed {
  if (typeof value !== 'object' || value === null) return false;
  const words = ['payloadType', 'payload', 'keyId', 'signature'];
  return words.every((word) => typeof Reflect.get(value, word) === 'string');
}
