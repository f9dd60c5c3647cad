/** Signed releases of small stand-in packages, uploaded to the content store of a test's site. */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientPackage, type ClientRelease, type ClientReleaseAdd, seal } from '@holdfast/contract';
import type { SiteContext } from '../../src/context.ts';

export type ReleaseKey = { readonly privateKey: KeyObject; readonly pem: string };

export function releaseKey(): ReleaseKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Uploads bytes as a package of a release. */
export async function uploaded(
  context: SiteContext,
  bytes: Buffer,
  about: Partial<ClientPackage> = {},
): Promise<ClientPackage> {
  await context.content.add(
    (async function* () {
      yield bytes;
    })(),
  );
  return {
    kind: 'tar.gz',
    platform: 'linux',
    architecture: 'x64',
    name: 'holdfast-client-linux-x64.tar.gz',
    ...about,
    size: bytes.length,
    sha256: hashOf(bytes),
  };
}

export function signed(
  key: ReleaseKey,
  release: Partial<ClientRelease> & Pick<ClientRelease, 'packages'>,
): ClientReleaseAdd {
  const whole: ClientRelease = { version: '1.0.0', floor: '0.1.0', releasedAt: 1, ...release };
  return {
    release: seal('holdfast/client-release', JSON.stringify(whole), key.privateKey),
    releaseKey: key.pem,
  };
}

/** A .tar.gz with `bin/holdfast-setup` in it: a shell script with this body. */
export async function standInPackage(body: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-package-'));
  try {
    await mkdir(join(folder, 'tree', 'bin'), { recursive: true });
    const path = join(folder, 'tree', 'bin', 'holdfast-setup');
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    // Bytes that do not compress: a download that can be cut off.
    await writeFile(join(folder, 'tree', 'filler'), Buffer.from(Array.from({ length: 300_000 }, randomByte)));
    execFileSync('tar', ['-czf', join(folder, 'package.tar.gz'), '-C', join(folder, 'tree'), '.']);
    return await readFile(join(folder, 'package.tar.gz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const randomByte = (): number => Math.floor(Math.random() * 256);
