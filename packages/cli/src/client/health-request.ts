/** Asking the client that runs for an evaluation of its health: a file beside the requests for software. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestsFolder } from './settings.ts';

const requestName = 'evaluate-health';

export async function leaveHealthRequest(folder: string): Promise<void> {
  await writeFile(join(await requestsFolder(folder), requestName), '', { mode: 0o600 });
}

/** Whether it was asked for since the last time. */
export async function takeHealthRequest(folder: string): Promise<boolean> {
  const path = join(await requestsFolder(folder), requestName);
  return await rm(path).then(
    () => true,
    () => false,
  );
}
