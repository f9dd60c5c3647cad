/** Times of the stories from the field. Milliseconds, all of them. */
import type { Random } from '../../world/random.ts';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A time from `least` up to `most`, both possible. */
export function between(random: Random, least: number, most: number): number {
  return least + random.integer(most - least + 1);
}

/** So many of them, the first one first. */
export function manyBetween(random: Random, count: number, least: number, most: number): readonly number[] {
  return Array.from({ length: count }, () => between(random, least, most)).sort((one, other) => one - other);
}
