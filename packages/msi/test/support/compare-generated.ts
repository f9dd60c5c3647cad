/** Runs one maker of generated packages over many seeds, two at a time, and says the seed of what is different. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makers } from './generated.ts';

const atOnce = 2;

/** @throws an error with the maker and the seed of the first that is not read as the tools read it */
export async function compareGenerated(maker: string, seeds: readonly number[]): Promise<void> {
  const check = makers.get(maker);
  if (check === undefined) throw new Error(`nothing makes packages ${maker}`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-generated-'));
  const waiting = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const own = join(folder, String(seed));
      mkdirSync(own);
      await check(own, seed).catch((cause: unknown) => {
        waiting.length = 0;
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
      rmSync(own, { recursive: true });
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
