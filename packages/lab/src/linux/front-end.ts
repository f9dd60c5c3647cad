/** A front end of dpkg, as apt and unattended-upgrades are: it has dpkg's lock for the whole of its work, and runs dpkg under it. */
import type { Exit } from '@holdfast/ports';
import type { Program, ProgramRun } from '../machine/processes.ts';
import type { PackageLock } from './locks.ts';

/** One piece of its work: so long before it, then dpkg with these words. */
export type FrontEndStep = { readonly afterMs: number; readonly words: readonly string[] };

/** apt's exit code for anything that went wrong (apt-get(8)). */
const failed = 100;

/** @param steps what it does, asked when it starts */
export function frontEnd(lock: PackageLock, name: string, steps: () => readonly FrontEndStep[]): Program {
  return async (run) => {
    const other = lock.take(run.identity, name);
    if (other !== undefined) {
      run.print(
        `E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process ${other.pid} (${other.name})\n`,
      );
      return failed;
    }
    try {
      for (const { afterMs, words } of steps()) {
        await run.clock.sleep(afterMs);
        if (words.length === 0) continue;
        const { code, output } = await underLock(run, words);
        run.print(output);
        if (code !== 0) return failed;
      }
      return 0;
    } finally {
      lock.release(run.identity);
    }
  };
}

async function underLock({ processes, folder }: ProgramRun, words: readonly string[]): Promise<Exit> {
  const environment = { DPKG_FRONTEND_LOCKED: 'true' };
  const { exit } = await processes.start({ program: 'dpkg', arguments: words, folder, environment });
  return await exit;
}
