/** What a suite needs of the machine: a reason to skip where it is missing. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Names the programs that are not on the path; false when all are there. For the `skip` option of a test. */
export function missingOnThisMachine(...programs: readonly string[]): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  const folders = (process.env.PATH ?? '').split(':');
  const missing = programs.filter(
    (program) => !folders.some((folder) => isExecutable(join(folder, program))),
  );
  return missing.length === 0 ? false : `needs ${missing.join(', ')}`;
}

/** Why a long test is not part of `npm test`; false with `--full`. For the `skip` option of a test. */
export function onlyInFull(): string | false {
  return process.env.HOLDFAST_FULL === '1' ? false : 'long: npm run e2e -- SUITE --full';
}

/** Every how many of many like cases is tried: HOLDFAST_EVERY, for who has little time; each one unless it is set. */
export function everyOf<T>(cases: Iterable<T>): T[] {
  const every = Number(process.env.HOLDFAST_EVERY ?? 1);
  return [...cases].filter((_, index) => index % every === 0);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
