/** Asking for programs of the platform: whether they are here. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Processes } from '@holdfast/ports';

/**
 * Whether a program answers to `--version`.
 *
 * @param folder absolute path of a folder that is there
 * @throws HoldfastError `system.not-ready` where it was killed before it could: that says nothing of whether it is here
 */
export async function programRuns(
  processes: Pick<Processes, 'start'>,
  folder: string,
  program: string,
): Promise<boolean> {
  try {
    const running = await processes.start({ program, arguments: ['--version'], folder });
    const { code } = await running.exit;
    if (code === null) throw new HoldfastError('system.not-ready', `${program} was ended before its end.`);
    return code === 0;
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'process.not-found')) throw thrown;
    return false;
  }
}
