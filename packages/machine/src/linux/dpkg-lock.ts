/**
 * Who holds dpkg's locks. dpkg and apt take them by fcntl(2) on the whole file; here nobody tries to take one, which could
 * make an installation fail: /proc/locks tells (proc_locks(5)). Source: dpkg's lib/dpkg/dbmodify.c, "lock-frontend" and "lock".
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readiness } from '@holdfast/ports';
import { errorCodeOf } from '../shared/error-code.ts';
import { textOf } from './text-file.ts';

const lockNames = ['lock-frontend', 'lock'] as const;

/** One lock that is held, as /proc/locks tells it. */
export type HeldLock = {
  readonly pid: number;
  /** `MAJOR:MINOR`, hexadecimal. Of the file system, which is not always what stat(2) tells (btrfs, overlay). */
  readonly device: string;
  readonly inode: number;
};

/** Write locks by fcntl(2); those that are only waited for have an arrow. */
const lockLine = /^\d+: POSIX\s+\S+\s+WRITE\s+(\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) /gm;

export function heldLocks(text: string): readonly HeldLock[] {
  return [...text.matchAll(lockLine)].map(([, pid, device = '', inode]) => ({
    pid: Number(pid),
    device,
    inode: Number(inode),
  }));
}

/** A device number of stat(2) as /proc/locks writes it. Source: makedev(3). */
export function deviceName(device: number): string {
  const wide = BigInt(device);
  const major = ((wide >> 8n) & 0xfffn) | ((wide >> 32n) & ~0xfffn);
  const minor = (wide & 0xffn) | ((wide >> 12n) & ~0xffn);
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

/** @param admin folder of dpkg's database */
export async function dpkgIdle(admin: string): Promise<Readiness> {
  const held = heldLocks((await textOf('/proc/locks')) ?? '');
  for (const name of lockNames) {
    const pid = await holderOf(join(admin, name), held);
    if (pid === undefined) continue;
    const process = (await textOf(`/proc/${pid}/comm`))?.trim() ?? 'a process';
    return {
      ready: false,
      reason: `${process} (process ${pid}) holds dpkg's lock`,
      evidence: { process, pid, lock: name },
    };
  }
  return { ready: true };
}

async function holderOf(path: string, held: readonly HeldLock[]): Promise<number | undefined> {
  const file = await facts(path);
  if (file === undefined) return undefined;
  for (const { pid, device, inode } of held) {
    if (inode !== file.ino) continue;
    if (device === deviceName(file.dev) || (await hasOpen(pid, file))) return pid;
  }
  return undefined;
}

type FileFacts = { readonly dev: number; readonly ino: number };

async function facts(path: string): Promise<FileFacts | undefined> {
  try {
    return await stat(path);
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ESRCH'].includes(errorCodeOf(thrown))) return undefined;
    throw thrown;
  }
}

/** Whether a process has a file open; false for a process that this account may not look into. */
async function hasOpen(pid: number, file: FileFacts): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const name of descriptors) {
    const open = await facts(`/proc/${pid}/fd/${name}`);
    if (open?.dev === file.dev && open.ino === file.ino) return true;
  }
  return false;
}
