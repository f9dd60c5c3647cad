/** One client at a time works in a state folder. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import type { Boot, Processes, ProcessIdentity } from '@holdfast/ports';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const lockName = 'client.lock';
/** Times that a stale lock is taken over before another client is taken to be quicker. */
const takeovers = 5;
/** Stands where the platform tells no start time: the number alone then has to do, within one boot. */
const unknownStart = 'unknown';

const identityShape = Compile(
  Type.Object({ pid: Type.Integer({ minimum: 1 }), started: Type.String(), bootId: Type.String() }),
);

/** This process, as the machine's process table names it. Field 22 of proc_pid_stat(5), counted from the last parenthesis. */
async function ownIdentity(boot: Boot): Promise<ProcessIdentity> {
  const line = await readFile('/proc/self/stat', 'utf8').catch(() => undefined);
  const started = line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  return { pid: process.pid, started: started ?? unknownStart, bootId: await boot.id() };
}

async function running(identity: ProcessIdentity, ports: LockPorts): Promise<boolean> {
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
export async function holder(folder: string, ports: LockPorts): Promise<ProcessIdentity | undefined> {
  const text = await readFile(join(folder, lockName), 'utf8').catch(() => undefined);
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

/**
 * Takes the folder for this process; a lock whose process has ended is taken over.
 * @throws HoldfastError `client.running`
 */
export async function lockFolder(folder: string, ports: LockPorts): Promise<{ release(): Promise<void> }> {
  const path = join(folder, lockName);
  const own = await ownIdentity(ports.boot);
  for (let round = 0; round < takeovers; round += 1) {
    const file = await open(path, 'wx', 0o600).catch((thrown: unknown) => {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return undefined;
      throw new HoldfastError('disk.denied', `The state folder ${folder} cannot be written.`, {
        cause: thrown,
      });
    });
    if (file) {
      try {
        await file.writeFile(JSON.stringify(own));
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
    const other = await holder(folder, ports);
    if (other) {
      throw new HoldfastError('client.running', `Process ${other.pid} works in ${folder}.`, {
        details: { pid: other.pid },
      });
    }
    await removeStale(path);
  }
  throw new HoldfastError('client.running', `Another client takes ${folder} again and again.`);
}
