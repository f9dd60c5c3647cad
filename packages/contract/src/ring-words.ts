/** Sizes of rings and their limits as people write them: `1 %, 10, all`. */
import type { RingLimit, RingSize } from './api-upgrades.ts';

/** A share such as `5 %` or a number of machines; undefined for anything else. */
export function ringLimitOf(words: string): RingLimit | undefined {
  const [, percent, count] = /^(?:(\d{1,3}(?:\.\d{1,4})?) ?%|(\d{1,7}))$/.exec(words.trim()) ?? [];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) {
    return { percent: Number(percent) };
  }
  return count !== undefined && Number(count) > 0 ? { count: Number(count) } : undefined;
}

/** Rings one after the other; `all` are those that are left. Undefined where one of them is none. */
export function ringSizesOf(words: string): RingSize[] | undefined {
  const sizes: RingSize[] = [];
  for (const one of words.split(',')) {
    const size = one.trim() === 'all' ? ({ rest: true } as const) : ringLimitOf(one);
    if (size === undefined) return undefined;
    sizes.push(size);
  }
  return sizes;
}
