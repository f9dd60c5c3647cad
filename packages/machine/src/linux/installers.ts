/** What dpkg and rpm say about installed packages, of the system or of a root folder of its own. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import type { Installers, PackageState, Readiness } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { watchPlaces } from '../shared/folder-watch.ts';
import { dpkgIdle } from './dpkg-lock.ts';

export type InstallersOptions = {
  /** Root folder whose packages are meant; `/` is the system. */
  readonly root?: string;
};

/** Debian Policy 5.6.1, with the architecture that dpkg accepts behind it. */
const packageName = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?$/;

export function linuxInstallers({ root = '/' }: InstallersOptions = {}): Installers {
  const admin = adminFolder(root);
  return {
    dpkg: (name) => queryDpkg(admin, name),
    msi: async () => undefined,
    fileVersion: async () => undefined,
    healthy: async () => bothReady(await auditDpkg(admin), await verifyRpm(root)),
    // dpkg replaces its status file at the end of its work, right before it lets go of its lock.
    ...(existsSync('/proc/locks') ? { idle: () => dpkgIdle(admin), watch: watchPlaces([admin]) } : {}),
  };
}

function adminFolder(root: string): string {
  return join(root, 'var/lib/dpkg');
}

/** Neither `installed` nor `config-files` nor `not-installed`, or marked as broken. Source: dpkg(1), PACKAGE STATES. */
const isHalf = /^\S+ (?:\S+ (?:half-installed|unpacked|half-configured|triggers-\w+)|reinstreq \S+)\t/m;

async function queryDpkg(admin: string, name: string): Promise<PackageState | undefined> {
  // A name that is none is asked all the same (as one that cannot be there): only dpkg knows whether it is here.
  const asked = packageName.test(name) ? name : 'not-a-package-name';
  const format = '${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}\\t${Version}\\n';
  const answer = await query([`--admindir=${admin}`, '--show', `--showformat=${format}`, '--', asked]);
  if (answer === undefined) return undefined;
  // One line for each architecture. A package on hold is installed like any other.
  const installed = /^(?:install|hold) ok installed\t(.+)$/m.exec(answer);
  if (installed?.[1] === undefined)
    return isHalf.test(answer) ? { installed: false, half: true } : { installed: false };
  return { installed: true, version: installed[1] };
}

/** Standard output; empty when dpkg-query knows nothing of the name (exit 1), undefined where it is missing. */
async function query(words: readonly string[]): Promise<string | undefined> {
  const answer = await askProgram('dpkg-query', words);
  if (answer === undefined || answer.code === 0) return answer?.output;
  if (answer.code === 1) return '';
  throw new HoldfastError('internal', `dpkg-query failed: ${answer.error.trim()}`);
}

/** Names of packages that are told in a reason. */
const mostNames = 5;

/** What dpkg says of packages that it has only half: nothing where all are whole. Source: dpkg(1), --audit. */
async function auditDpkg(admin: string): Promise<Readiness | undefined> {
  if (!existsSync(join(admin, 'status'))) return undefined;
  const answer = await askProgram('dpkg', [`--admindir=${admin}`, '--audit']);
  if (answer === undefined) return undefined;
  if (answer.code !== 0) {
    const reason = `dpkg cannot look through its database: ${answer.error.trim().slice(0, 500)}`;
    return { ready: false, reason, evidence: { exitCode: answer.code ?? -1 } };
  }
  if (answer.output.trim() === '') return { ready: true };
  const names = [...answer.output.matchAll(/^ (\S+)/gm)].map(([, name]) => name);
  const more = names.length > mostNames ? ' ...' : '';
  return {
    ready: false,
    reason: `packages are only half installed: ${names.slice(0, mostNames).join(', ')}${more}`,
    evidence: { packages: names.length },
  };
}

/** Milliseconds for reading through the database of rpm: it is tens of megabytes on a disk that may be slow. */
const rpmTimeoutMs = 25_000;

/** Where rpm keeps its database, by its release: below these, every one since 4.0. */
const rpmFolders = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];

/** What rpm says of its database; undefined where there is none. Source: rpmdb(8), --verifydb. */
async function verifyRpm(root: string): Promise<Readiness | undefined> {
  // Systems of dpkg may have the programs of rpm, with a folder that is empty.
  const database = rpmFolders
    .map((name) => join(root, name))
    .find((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (database === undefined) return undefined;
  const answer = await askProgram('rpmdb', [`--dbpath=${database}`, '--verifydb'], rpmTimeoutMs);
  if (answer === undefined) return undefined;
  if (answer.code === 0) return { ready: true };
  const said = (answer.error.trim() || answer.output.trim()).slice(0, 500);
  const reason =
    answer.code === null
      ? `rpm did not get through its database within ${rpmTimeoutMs / 1000} s`
      : `the database of rpm is damaged: ${said}`;
  return { ready: false, reason, evidence: { exitCode: answer.code ?? -1 } };
}

/** Of two that may be there: what is wrong with the first that is not well. */
function bothReady(one: Readiness | undefined, other: Readiness | undefined): Readiness | undefined {
  if (one && !one.ready) return one;
  return other ?? one;
}

/** Folders and files without which dpkg refuses to work in a root (dpkg(1), FILES). */
const adminFolders = ['info', 'updates', 'triggers', 'alternatives', 'parts'];
const adminFiles = ['status', 'available'];

/**
 * Makes a folder fit for `dpkg --root=FOLDER`: an empty package database and a place for its log, whatever of them is
 * missing. What is there stays as it is.
 */
export async function prepareDpkgRoot(root: string): Promise<void> {
  const admin = adminFolder(root);
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
