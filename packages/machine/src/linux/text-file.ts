/** Small text files of the system, most of them of /proc and /sys: they come and go with what they tell of. */
import { readdir, readFile } from 'node:fs/promises';
import { errorCodeOf } from '../shared/error-code.ts';

/** What a file of a device answers that was just taken away, or that has nothing to tell now. */
const nothingThere: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENODEV', 'EINVAL', 'ENODATA', 'ESRCH', 'EIO'];

/** Undefined where there is no such file. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (nothingThere.includes(errorCodeOf(thrown))) return undefined;
    throw thrown;
  }
}

/** Names in a folder, in their order; none where there is no such folder. */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (thrown) {
    if (nothingThere.includes(errorCodeOf(thrown))) return [];
    throw thrown;
  }
}
