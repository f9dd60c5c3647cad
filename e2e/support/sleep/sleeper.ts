/** Lets a machine in a container sleep: nothing of it runs, and the clocks that count sleep are ahead when it wakes. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BootedLinux } from '../booted.ts';
import { missingOnThisMachine } from '../needs.ts';

const freezers = '/sys/fs/cgroup/freezer';
/** Where the library and what it reads lie inside. */
const library = '/opt/slept/clock.so';
const file = '/opt/slept/seconds';

/** Why no machine can be let sleep here; false where one can. For the `skip` option of a test. */
export function sleepMissing(): string | false {
  if (!existsSync(join(freezers, 'tasks'))) return 'needs the freezer of cgroups, version 1';
  return missingOnThisMachine('gcc');
}

export type Sleeper = {
  /** Environment in which a program sees the clocks. */
  readonly environment: Readonly<Record<string, string>>;
  /** Nothing of it runs from now on. */
  fallAsleep(): Promise<void>;
  /** @param seconds by which its clocks go on, all but the monotonic one */
  wake(seconds: number): Promise<void>;
  /** Once its machine has ended. */
  remove(): void;
};

/** @param name of the group of its processes */
export async function sleeperOf(linux: BootedLinux, name: string): Promise<Sleeper> {
  mkdirSync(linux.pathOf('/opt/slept'));
  const source = join(import.meta.dirname, 'clock.c');
  const words = ['-std=c11', '-Wall', '-Werror', '-O2', '-shared', '-fPIC'];
  execFileSync('gcc', [...words, '-o', linux.pathOf(library), source]);
  // Mapped by whoever looks at a clock: written in its place, never replaced.
  writeFileSync(linux.pathOf(file), Buffer.alloc(8));
  const seconds = openSync(linux.pathOf(file), 'r+');
  const group = join(freezers, name);
  mkdirSync(group);
  let slept = 0n;
  const set = async (state: 'FROZEN' | 'THAWED') => {
    writeFileSync(join(group, 'freezer.state'), state);
    while (!readFileSync(join(group, 'freezer.state'), 'utf8').startsWith(state)) await sleep(5);
  };
  return {
    environment: { LD_PRELOAD: library, SLEPT_FILE: file },
    async fallAsleep() {
      // Children of theirs are born in the group; those that were before may have had some meanwhile.
      for (let more = true; more; ) {
        const inside = new Set(readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').map(Number));
        const outside = linux.processes().filter((pid) => !inside.has(pid));
        for (const pid of outside) move(pid, group);
        more = outside.length > 0;
      }
      await set('FROZEN');
    },
    async wake(passed) {
      slept += BigInt(passed);
      const text = Buffer.alloc(8);
      text.writeBigInt64LE(slept);
      writeSync(seconds, text, 0, 8, 0);
      await set('THAWED');
    },
    remove() {
      closeSync(seconds);
      rmdirSync(group);
    },
  };
}

/** Those that have ended meanwhile cannot be moved. */
function move(pid: number, group: string): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
