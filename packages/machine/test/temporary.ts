/** Temporary folders of the tests. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TemporaryFolder = { readonly path: string; cleanup(): Promise<void> };

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-test-')));
  return { path, cleanup: () => rm(path, { recursive: true, force: true }) };
}
