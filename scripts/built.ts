/** Builds something only when the sources it is made of changed since the last time. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in the output, and says what it was built from. */
const stampName = '.sources';

export const projectFolder = join(import.meta.dirname, '..');

/** Hash over path and content of every file that the patterns find. */
function hashOf(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  const files = globSync([...patterns], { cwd: projectFolder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of files) hash.update(path.slice(projectFolder.length)).update(readFileSync(path));
  return hash.digest('hex');
}

/** Something else is about to lie in the folder than what `ensureBuilt` would make: it builds anew the next time. */
export function forgetBuilt(output: string): void {
  rmSync(join(output, stampName), { force: true });
}

/** Answers whether a build was needed. `output` is a folder; a file in it remembers what it was built from. */
export async function ensureBuilt(what: {
  readonly name: string;
  readonly output: string;
  readonly sources: readonly string[];
  readonly build: () => Promise<void>;
}): Promise<boolean> {
  const stamp = join(what.output, stampName);
  const wanted = hashOf([...what.sources, 'package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  process.stderr.write(`Building ${what.name} ...\n`);
  await what.build();
  writeFileSync(stamp, wanted);
  return true;
}
