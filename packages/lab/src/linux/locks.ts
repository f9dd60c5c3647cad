/**
 * The locks of the package manager: record locks of the kernel on files, which end with the process that has them
 * (fcntl(2)), whatever it was in the middle of. The files themselves say nothing.
 */
import type { ProcessIdentity, Watch } from '@holdfast/ports';
import type { ProcessTable } from '../machine/processes.ts';

/** A process that has it, and its name. */
export type LockHolder = ProcessIdentity & { readonly name: string };

export type PackageLock = {
  /** Undefined when it is the caller's now; otherwise who has it. */
  take(by: ProcessIdentity, name: string): LockHolder | undefined;
  release(by: ProcessIdentity): void;
  /** Who has it, of the processes that run. */
  holder(): LockHolder | undefined;
  /** Calls back when it is given back. The end of a process that did not do so is not told. */
  readonly watch: Watch;
};

/** Characters of the name of a process that the kernel keeps (proc(5), /proc/PID/comm). */
const longestName = 15;

export function packageLock(table: Pick<ProcessTable, 'running'>): PackageLock {
  let held: LockHolder | undefined;
  const watchers = new Set<() => void>();
  const holder = () =>
    table.running().some(({ pid, started }) => pid === held?.pid && started === held.started)
      ? held
      : undefined;
  return {
    holder,
    take(by, name) {
      const other = holder();
      if (other !== undefined && other.pid !== by.pid) return other;
      held = { ...by, name: name.slice(0, longestName) };
      return undefined;
    },
    release(by) {
      if (held?.pid !== by.pid || held.started !== by.started) return;
      held = undefined;
      for (const changed of [...watchers]) changed();
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}
