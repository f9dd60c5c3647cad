/** Asking for programs of the platform: whether they are here. */
import { isHoldfastError } from '@holdfast/contract';
import type { Processes } from '@holdfast/ports';

/** Whether a program answers to `--version`. @param folder absolute path of a folder that is there */
export async function programRuns(
  processes: Pick<Processes, 'start'>,
  folder: string,
  program: string,
): Promise<boolean> {
  try {
    const running = await processes.start({ program, arguments: ['--version'], folder });
    return (await running.exit).code === 0;
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'process.not-found')) throw thrown;
    return false;
  }
}
