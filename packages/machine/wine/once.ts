/** Making a cached folder once, however many test processes want it at the same moment. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes `folder` with `fill`, which gets an empty folder beside it; the finished whole is renamed into place.
 * Of several makers at once the first wins and the work of the others is dropped.
 */
export async function makeOnce(folder: string, fill: (unfinished: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.unfinished-`);
  try {
    await fill(unfinished);
    await rename(unfinished, folder);
  } catch (thrown) {
    if (!existsSync(folder)) throw thrown;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}
