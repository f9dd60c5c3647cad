/** What a client runs on: the pinned Node 22 and koffi with the addon of a target, installed from their locks on demand. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeOnce } from '../../packages/machine/wine/once.ts';
import { cacheFolder } from '../../packages/machine/wine/places.ts';
import { windowsRuntime } from '../../packages/machine/wine/runtime.ts';
import { projectFolder } from '../built.ts';
import { type ClientTarget, targetName } from './target.ts';

/** Absolute paths. */
export type Runtime = {
  readonly node: string;
  /** Terms of use of Node and of what is in it. */
  readonly license: string;
  /** Folder of the package with koffi's addon, and its name below `@koromix`. */
  readonly koffiAddon: string;
  readonly koffiAddonName: string;
};

/** Major version of the Node that every client runs on. */
export const clientNodeMajor = 22;

const lockFolder = join(import.meta.dirname, 'runtime');
/** Milliseconds that npm may take. */
const installLimit = 300_000;

/** @throws what npm says where the packages cannot be had */
export async function runtimeOf(target: ClientTarget): Promise<Runtime> {
  if (target.platform === 'windows') {
    const { node, koffiAddon } = await windowsRuntime();
    return {
      node,
      // Its package carries no terms; they are those of the same version for Linux.
      license: (await runtimeOf({ platform: 'linux', architecture: 'x64' })).license,
      koffiAddon,
      koffiAddonName: 'koffi-win32-x64',
    };
  }
  const own = installedHere(target);
  const modules = own ?? join(await fetched(target), 'node_modules');
  const node = own === undefined ? join(modules, `node-${targetName(target)}`) : ownNode(target);
  const koffiAddonName = `koffi-${targetName(target)}`;
  return {
    node: join(node, 'bin/node'),
    license: join(node, 'LICENSE'),
    koffiAddon: join(modules, '@koromix', koffiAddonName),
    koffiAddonName,
  };
}

const ownNode = (target: ClientTarget) =>
  join(projectFolder, 'packages/client/node_modules', `node-${targetName(target)}`);

/** The folder of packages of this checkout, if npm chose this target for it. */
function installedHere(target: ClientTarget): string | undefined {
  const modules = join(projectFolder, 'node_modules');
  const addon = join(modules, '@koromix', `koffi-${targetName(target)}`, 'package.json');
  return existsSync(ownNode(target)) && existsSync(addon) ? modules : undefined;
}

async function fetched(target: ClientTarget): Promise<string> {
  const lock = await readFile(join(lockFolder, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return await makeOnce(join(cacheFolder, 'client-runtime', `${targetName(target)}-${key}`), (folder) =>
    install(target, folder),
  );
}

async function install(target: ClientTarget, folder: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(join(lockFolder, name), join(folder, name));
  }
  const words = ['ci', '--os=linux', `--cpu=${target.architecture}`, '--ignore-scripts'];
  const quiet = ['--no-audit', '--no-fund'];
  await promisify(execFile)('npm', [...words, ...quiet], { cwd: folder, timeout: installLimit });
  // They are optional to npm because they are of another platform; a registry that failed must not pass as success.
  await readFile(join(folder, 'node_modules', `node-${targetName(target)}`, 'package.json'));
  await readFile(join(folder, 'node_modules/@koromix', `koffi-${targetName(target)}`, 'package.json'));
}

/** Of koffi's package only what `require('koffi')` loads; the rest is its source. */
export const koffiFiles = [
  'package.json',
  'LICENSE.txt',
  'index.cjs',
  'src/koffi/index.cjs',
  'src/koffi/src/static.cjs',
  'src/koffi/src/trampolines.cjs',
] as const;

/** The folder of koffi's package itself, the same for every target. */
export function koffiFolder(): string {
  return dirname(createRequire(join(projectFolder, 'packages/machine/package.json')).resolve('koffi'));
}
