/** One set-up of a client at a time, and nothing beside it that installs the client, too. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setupFolder } from '@holdfast/client';
import { type LockKind, type LockPorts, lockFolder } from '../client/lock.ts';

export const setupLock: LockKind = { file: 'setup.lock', code: 'setup.running' };

/** @param state absolute path of the state folder. @throws HoldfastError `setup.running`, `disk.*` */
export async function whileNoSetUp<Result>(
  state: string,
  ports: LockPorts,
  work: () => Promise<Result>,
): Promise<Result> {
  const folder = join(state, setupFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder, ports, setupLock);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
