/** The packages of a release, written with the signed list of them. */
import { createHash, type KeyObject } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClientPackage,
  type ClientPackageKind,
  ClientRelease,
  seal,
  type VersionArchive,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { launcherInterface } from '../../packages/cli/src/launcher/launch.ts';
import { debPackage } from './deb.ts';
import { msiPackage } from './msi-package.ts';
import { publicHalf } from './release-key.ts';
import { rpmPackage } from './rpm-package.ts';
import { clientNodeMajor } from './runtime.ts';
import { tarPackage, versionArchive } from './tar-package.ts';
import { archiveName, packageName } from './target.ts';
import type { Tree } from './tree.ts';

const shape = Compile(ClientRelease);
/** What a package may come to. */
export const mostPackageBytes = 60_000_000;

type Made = { readonly content: Uint8Array; readonly productCode?: string };

/** @param time of all that is in it: milliseconds since 1970, whole seconds */
async function make(kind: ClientPackageKind, tree: Tree, time: number): Promise<Made> {
  switch (kind) {
    case 'deb':
      return { content: await debPackage(tree, time / 1000) };
    case 'rpm':
      return { content: await rpmPackage(tree, time / 1000) };
    case 'tar.gz':
      return { content: await tarPackage(tree, time / 1000) };
    case 'msi':
      return msiPackage(tree, new Date(time).toISOString().replace('.000Z', 'Z'));
  }
}

/** What takes the name of a file is whole. */
async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const unfinished = join(folder, `.${name}.${process.pid}.new`);
  await writeFile(unfinished, content);
  await rename(unfinished, join(folder, name));
}

/**
 * Writes one package into `folder`.
 * @throws RangeError for one that is larger than a package may be
 */
export async function writeClientPackage(
  kind: ClientPackageKind,
  tree: Tree,
  time: number,
  folder: string,
): Promise<ClientPackage> {
  const { content, productCode } = await make(kind, tree, time);
  const name = packageName(kind, tree.target, tree.version);
  if (content.length > mostPackageBytes) {
    throw new RangeError(`${name} came to ${content.length} bytes: more than ${mostPackageBytes}`);
  }
  await mkdir(folder, { recursive: true });
  await writeWhole(folder, name, content);
  return {
    kind,
    platform: tree.target.platform,
    architecture: tree.target.architecture,
    name,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...(productCode === undefined ? {} : { productCode }),
  };
}

/** Writes the version of a tree by itself into `folder`. @param restart whether its trial lasts until a start of the machine */
export async function writeVersionArchive(
  tree: Tree,
  time: number,
  folder: string,
  restart = false,
): Promise<VersionArchive> {
  const content = await versionArchive(tree, time / 1000);
  const name = archiveName(tree.target, tree.version);
  await mkdir(folder, { recursive: true });
  await writeWhole(folder, name, content);
  return {
    platform: tree.target.platform,
    architecture: tree.target.architecture,
    name,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    needs: { launcher: launcherInterface, node: clientNodeMajor, ...(restart ? { restart } : {}) },
  };
}

/** Writes `release.json`, last: it names nothing that is not there. */
export async function writeRelease(
  release: ClientRelease,
  releaseKey: KeyObject,
  folder: string,
): Promise<void> {
  if (!shape.Check(release)) throw new TypeError('the release breaks its schema');
  const envelope = seal('holdfast/client-release', JSON.stringify(release), releaseKey);
  // Beside it the public half, for `holdfast release add`: a site is told once which key it is to trust.
  await writeWhole(folder, 'release-key.pub.pem', publicHalf(releaseKey));
  await writeWhole(folder, 'release.json', `${JSON.stringify(envelope)}\n`);
}
