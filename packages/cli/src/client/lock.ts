/** One process at a time works in a folder: a client in its state, a site in its data. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import type { Boot, Processes, ProcessIdentity } from '@holdfast/ports';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';

/** Whose folder it is: the file that says who works there, and what another one is told. */
export type LockKind = { readonly file: string; readonly code: ErrorCode };
export const clientLock: LockKind = { file: 'client.lock', code: 'client.running' };
export const siteLock: LockKind = { file: 'site.lock', code: 'site.running' };

/** Times that a stale lock is taken over before another client is taken to be quicker. */
const takeovers = 5;
/** Stands where the platform tells no start time: the number alone then has to do, within one boot. */
const unknownStart = 'unknown';

const identityShape = Compile(
  Type.Object({ pid: Type.Integer({ minimum: 1 }), started: Type.String(), bootId: Type.String() }),
);

/** This process, as the machine's process table names it. Field 22 of proc_pid_stat(5), counted from the last parenthesis. */
export async function ownIdentity(boot: Boot): Promise<ProcessIdentity> {
  const line = await readFile('/proc/self/stat', 'utf8').catch(() => undefined);
  const started = line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  return { pid: process.pid, started: started ?? unknownStart, bootId: await boot.id() };
}

/** Whether the process of an identity still runs. */
export async function running(identity: ProcessIdentity, ports: LockPorts): Promise<boolean> {
  if (identity.started !== unknownStart) return ports.processes.alive(identity);
  if (identity.bootId !== (await ports.boot.id())) return false;
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

export type LockPorts = { readonly boot: Boot; readonly processes: Pick<Processes, 'alive'> };

/** Who holds the folder now; undefined where nobody living does. */
export async function holder(
  folder: string,
  ports: LockPorts,
  kind: LockKind = clientLock,
): Promise<ProcessIdentity | undefined> {
  const text = await readFile(join(folder, kind.file), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let identity: unknown;
  try {
    identity = JSON.parse(text);
  } catch {
    // Cut off while it was written: its writer is gone, or has not begun to work.
    return undefined;
  }
  return identityShape.Check(identity) && (await running(identity, ports)) ? identity : undefined;
}

/** Removes the lock of a process that is gone: by renaming, so that of two who try one alone does. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
}

/** Failures of the disk with codes of their own; whatever else, it is not ours to write. */
const diskCodes: Readonly<Record<string, ErrorCode>> = { ENOSPC: 'disk.full', EROFS: 'disk.read-only' };

function unwritable(folder: string, cause: unknown): HoldfastError {
  const code = cause instanceof Error && 'code' in cause ? diskCodes[String(cause.code)] : undefined;
  return new HoldfastError(code ?? 'disk.denied', `The folder ${folder} cannot be written.`, { cause });
}

/**
 * Takes the folder for this process; a lock whose process has ended is taken over.
 * @throws HoldfastError `client.running` or `site.running`, `disk.denied`
 */
export async function lockFolder(
  folder: string,
  ports: LockPorts,
  kind: LockKind = clientLock,
): Promise<{ release(): Promise<void> }> {
  const path = join(folder, kind.file);
  const own = await ownIdentity(ports.boot);
  for (let round = 0; round < takeovers; round += 1) {
    const file = await open(path, 'wx', 0o600).catch((thrown: unknown) => {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return undefined;
      throw unwritable(folder, thrown);
    });
    if (file) {
      try {
        await file.writeFile(JSON.stringify(own)).catch((thrown: unknown) => {
          throw unwritable(folder, thrown);
        });
        const { ino } = await file.stat({ bigint: true });
        return {
          async release() {
            const now = await stat(path, { bigint: true }).catch(() => undefined);
            if (now?.ino === ino) await rm(path, { force: true });
          },
        };
      } finally {
        await file.close();
      }
    }
    const other = await holder(folder, ports, kind);
    if (other) {
      throw new HoldfastError(kind.code, `Process ${other.pid} works in ${folder}.`, {
        details: { pid: other.pid },
      });
    }
    await removeStale(path);
  }
  throw new HoldfastError(kind.code, `Another process takes ${folder} again and again.`);
}
