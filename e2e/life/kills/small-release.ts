/** A release of a client that is small enough to be set up hundreds of times: its .tar.gz, and its .deb as it is built. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ClientPackage, type ClientRelease, type Envelope, seal } from '@holdfast/contract';
import { newKeys, standIn } from '../../../packages/client/test/support/stand-in.ts';
import { debPackage } from '../../../scripts/client/deb.ts';
import type { TreeFile } from '../../../scripts/client/tree.ts';

/** Bytes of what stands for the runtime. */
const runtimeBytes = 200_000;

export type SmallPackage = { readonly about: ClientPackage; readonly bytes: Buffer };

export type SmallRelease = {
  /** PEM. */
  readonly releaseKey: string;
  readonly release: Envelope;
  /** Everything in the install folder, by path. */
  readonly tree: ReadonlyMap<string, Buffer>;
  find(kind: 'tar.gz' | 'deb'): SmallPackage;
};

/** @param folder where the install folder is laid out, out of which the package is made */
export async function smallRelease(folder: string): Promise<SmallRelease> {
  const keys = newKeys();
  const { version, tree, releaseKey, packages } = standIn({ version: '1.0.0', runtimeBytes, keys });
  const tarGz = packages.get('tar.gz');
  if (!tarGz) throw new Error('a stand-in has a .tar.gz');
  const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const files: TreeFile[] = [];
  for (const [path, bytes] of tree) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    files.push({
      path,
      size: bytes.length,
      sha256: hashOf(bytes),
      executable: /^(bin|runtime)\//.test(path),
    });
  }
  const target = { platform: 'linux', architecture: 'x64' } as const;
  const bytes = await debPackage({ target, version, folder, files }, 0);
  const deb: SmallPackage = {
    bytes,
    about: {
      ...target,
      kind: 'deb',
      name: `holdfast-client_${version}_amd64.deb`,
      size: bytes.length,
      sha256: hashOf(bytes),
    },
  };
  const payload: ClientRelease = {
    version,
    floor: version,
    releasedAt: 0,
    packages: [tarGz.about, deb.about],
  };
  return {
    releaseKey,
    release: seal('holdfast/client-release', JSON.stringify(payload), keys.right.privateKey),
    tree,
    find: (kind) => (kind === 'deb' ? deb : tarGz),
  };
}
