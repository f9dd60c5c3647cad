/** The install folder of a client: laid out, listed, and described by its signed manifests. */
import { createHash, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unitTexts } from '@holdfast/machine';
import { projectFolder } from '../built.ts';
import { bundleClient } from './entries.ts';
import { writeManifests } from './manifests.ts';
import { programs } from './programs.ts';
import { publicHalf } from './release-key.ts';
import { koffiFiles, koffiFolder, runtimeOf } from './runtime.ts';
import { type ClientTarget, targetName } from './target.ts';

/** A file of the install folder. */
export type TreeFile = {
  /** Below the install folder, `/` between names. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly executable: boolean;
};

export type Tree = {
  readonly target: ClientTarget;
  readonly version: string;
  /** Absolute path of the install folder. */
  readonly folder: string;
  /** All of it, sorted by path. */
  readonly files: readonly TreeFile[];
};

const packageSources = join(projectFolder, 'packages/cli/package');

/** Makes the install folder anew. */
export async function layOut(options: {
  readonly target: ClientTarget;
  readonly version: string;
  readonly folder: string;
  readonly releaseKey: KeyObject;
}): Promise<Tree> {
  const { target, version, releaseKey } = options;
  // Laid out beside: who uses the old one meanwhile sees it whole, and two builds at once do not mix.
  const folder = `${options.folder}.unfinished-${process.pid}`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await bundleClient(target.platform, folder, { releaseKey: publicHalf(releaseKey), version });
    await layOutRuntime(target, folder);
    await layOutPrograms(target, folder);
    await copyFile(join(projectFolder, 'LICENSE'), join(folder, 'LICENSE'));
    await writeManifests({ target, version, folder, files: await listed(folder) }, releaseKey);
    const files = await listed(folder);
    await rm(options.folder, { recursive: true, force: true });
    await rename(folder, options.folder);
    return { target, version, folder: options.folder, files };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a version by itself anew, to be tried by clients: what its archive has, without runtime and programs.
 * @param instead stands in for modules of the sources: contents by absolute path
 */
export async function layOutVersion(options: {
  readonly target: ClientTarget;
  readonly version: string;
  readonly folder: string;
  readonly releaseKey: KeyObject;
  readonly instead?: Readonly<Record<string, string>>;
}): Promise<Tree> {
  const { target, version, folder, releaseKey, instead = {} } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundleClient(target.platform, folder, { releaseKey: publicHalf(releaseKey), version, instead });
  await writeManifests({ target, version, folder, files: await listed(folder) }, releaseKey);
  return { target, version, folder, files: await listed(folder) };
}

/** A copy, so that no damage to it reaches the one that it is of. */
async function layOutRuntime(target: ClientTarget, folder: string): Promise<void> {
  const runtime = await runtimeOf(target);
  await mkdir(join(folder, 'runtime'));
  const node = join(folder, 'runtime', target.platform === 'windows' ? 'node.exe' : 'node');
  await copyFile(runtime.node, node, constants.COPYFILE_FICLONE);
  await chmod(node, 0o755);
  await copyFile(runtime.license, join(folder, 'runtime/LICENSE'));
  const koffi = join(folder, 'node_modules/koffi');
  for (const file of koffiFiles) {
    await mkdir(dirname(join(koffi, file)), { recursive: true });
    await copyFile(join(koffiFolder(), file), join(koffi, file));
  }
  // Neither what only a linker needs nor the addon for the other C library: this Node is of the GNU one.
  const wanted = (path: string) => !path.endsWith('.lib') && !basename(path).startsWith('musl_');
  const addon = join(folder, 'node_modules/@koromix', runtime.koffiAddonName);
  await cp(runtime.koffiAddon, addon, { recursive: true, filter: wanted });
}

async function layOutPrograms({ platform }: ClientTarget, folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'));
  for (const [path, text] of programs(platform)) await writeFile(join(folder, path), text);
  const [source, name] =
    platform === 'windows'
      ? ['holdfast-rescue.cmd', 'holdfast-rescue.cmd']
      : ['holdfast-rescue.sh', 'holdfast-rescue'];
  const rescue = await readFile(join(packageSources, source), 'utf8');
  const lines = platform === 'windows' ? rescue.replaceAll(/\r?\n/g, '\r\n') : rescue;
  await writeFile(join(folder, 'bin', name), lines);
  if (platform === 'windows') return;
  // Installed as they are by the packages; here for who has none.
  await mkdir(join(folder, 'systemd'));
  for (const [name, text] of Object.entries(unitTexts())) {
    await writeFile(join(folder, 'systemd', name), text);
  }
}

const isProgram = (path: string) => path.startsWith('bin/') || /^runtime\/node(\.exe)?$/.test(path);

/** All files of a folder, with their modes set so that they are the same whatever the umask and the source. */
async function listed(folder: string): Promise<TreeFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: TreeFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const absolute = join(entry.parentPath, entry.name);
    const path = absolute.slice(folder.length + 1).replaceAll('\\', '/');
    const content = await readFile(absolute);
    const executable = isProgram(path);
    await chmod(absolute, executable ? 0o755 : 0o644);
    files.push({
      path,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      executable,
    });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Where the unpacked trees lie unless said otherwise. */
export const standardTree = (target: ClientTarget): string =>
  join(projectFolder, 'dist/client', targetName(target));
