/** Cases by number, and the corpus: what was found once, and what is worth starting from. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomFrom } from '../packages/lab/src/world/random.ts';
import type { Target } from './target.ts';

export const corpusFolder = join(import.meta.dirname, 'corpus');

export type Kept = { readonly target: string; readonly name: string; readonly bytes: Uint8Array };

/** Cases that the repository keeps, each in the folder of its target, in one order everywhere. */
export function keptCases(folder: string = corpusFolder): Kept[] {
  return globSync('*/*.case', { cwd: folder })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({
      target: dirname(path),
      name: basename(path, '.case'),
      bytes: Uint8Array.from(readFileSync(join(folder, path))),
    }));
}

/** The cases of one target: number `index` of a seed is the same bytes for ever. */
export function casesOf(target: Target, seed: string, kept: readonly Kept[]): (index: number) => Uint8Array {
  const own = kept.filter((one) => one.target === target.name).map(({ bytes }) => bytes);
  return (index) => target.make(randomFrom(`${seed}/${target.name}/${index}`), own);
}
