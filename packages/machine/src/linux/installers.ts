/** What dpkg says about installed packages, of the system or of a root folder of its own. */
import { execFile } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import type { Installers, PackageState } from '@holdfast/ports';
import { errorCodeOf } from '../shared/error-code.ts';

export type InstallersOptions = {
  /** Root folder whose packages are meant; `/` is the system. */
  readonly root?: string;
};

/** Milliseconds that a question to dpkg may take; it reads one file and waits for no lock. */
const queryTimeoutMs = 30_000;

/** Debian Policy 5.6.1, with the architecture that dpkg accepts behind it. */
const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?$/;

export function linuxInstallers({ root = '/' }: InstallersOptions = {}): Installers {
  return {
    dpkg: (name) => queryDpkg(root, name),
    msi: async () => undefined,
    fileVersion: async () => undefined,
  };
}

async function queryDpkg(root: string, name: string): Promise<PackageState | undefined> {
  // A name that is none is asked all the same (as one that cannot be there): only dpkg knows whether it is here.
  const asked = packageName.test(name) ? name : 'not-a-package-name';
  const format = '${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}\\t${Version}\\n';
  const admindir = join(root, 'var/lib/dpkg');
  const answer = await run('dpkg-query', [
    `--admindir=${admindir}`,
    '--show',
    `--showformat=${format}`,
    '--',
    asked,
  ]);
  if (answer === undefined) return undefined;
  // One line for each architecture. A package on hold is installed like any other.
  const installed = /^(?:install|hold) ok installed\t(.+)$/m.exec(answer);
  if (installed?.[1] === undefined) return { installed: false };
  return { installed: true, version: installed[1] };
}

/** Standard output; empty when dpkg-query knows nothing of the name (exit 1), undefined where it is missing. */
function run(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, LC_ALL: 'C.UTF-8' }, timeout: queryTimeoutMs };
    execFile(program, words, options, (failure, stdout, stderr) => {
      if (failure === null) resolve(stdout);
      else if (errorCodeOf(failure) === 'ENOENT') resolve(undefined);
      else if (failure.code === 1) resolve('');
      else reject(new HoldfastError('internal', `${program} failed: ${stderr.trim()}`, { cause: failure }));
    });
  });
}

/** Folders and files without which dpkg refuses to work in a root (dpkg(1), FILES). */
const adminFolders = ['info', 'updates', 'triggers', 'alternatives', 'parts'];
const adminFiles = ['status', 'available'];

/**
 * Makes a folder fit for `dpkg --root=FOLDER`: an empty package database and a place for its log, whatever of them is
 * missing. What is there stays as it is.
 */
export async function prepareDpkgRoot(root: string): Promise<void> {
  const admin = join(root, 'var/lib/dpkg');
  for (const folder of [...adminFolders.map((name) => join(admin, name)), join(root, 'var/log')]) {
    await mkdir(folder, { recursive: true, mode: 0o755 });
  }
  for (const name of adminFiles) await (await open(join(admin, name), 'a', 0o644)).close();
}

/**
 * Words that let dpkg work in a root folder for an account that is not root, with a log of its own. Packages with
 * maintainer scripts need a whole system in the root: dpkg runs those inside, by chroot.
 */
export function dpkgRootArguments(root: string): readonly string[] {
  return [`--root=${root}`, '--force-not-root', `--log=${join(root, 'var/log/dpkg.log')}`];
}
