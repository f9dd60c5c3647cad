/** The end-to-end suites: a folder of e2e/ each, with its test files. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

const projectFolder = join(import.meta.dirname, '..');

export type Suite = { readonly name: string; readonly files: readonly string[] };

export function suites(): Suite[] {
  const byName = new Map<string, string[]>();
  for (const path of globSync('e2e/*/*.test.ts', { cwd: projectFolder }).sort()) {
    const name = path.split(/[\\/]/)[1] ?? '';
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName].map(([name, files]) => ({ name, files }));
}
