/** What chance decides about a program that ends well, and that its detection rule may never see. */
import type { Random } from '../../world/random.ts';
import { between, day, hour, manyBetween, minute, second } from '../field/times.ts';

/**
 * `right`: the rule sees the program. `wrong`: it asks for another product, as a typing error does. `late`: the installer
 * ends before what it started has done its work.
 */
export type Rule = 'right' | 'wrong' | 'late';

/** Milliseconds, all of them; times since the world began. */
export type World = {
  readonly rule: Rule;
  readonly deployedAt: number;
  readonly runMs: number;
  /** Of a late one: from the end of a run until the program is there. */
  readonly lateMs: number;
  /** When the administrator corrects a wrong rule; null = not within this story. */
  readonly correctedAt: number | null;
  /** From one look of a careless agent at its programs to the next. */
  readonly evaluationMs: number;
  readonly restarts: readonly number[];
  readonly clientDeaths: readonly number[];
  readonly downMs: number;
};

export const verdictAt = 2 * day;

export function drawWorld(random: Random): World {
  const rule = random.pick<Rule>(['right', 'right', 'right', 'right', 'wrong', 'wrong', 'wrong', 'late']);
  const corrected = random.chance(1, 2);
  return {
    rule,
    deployedAt: between(random, minute, 3 * hour),
    runMs: between(random, 20 * second, 15 * minute),
    lateMs: between(random, second, 2 * minute),
    correctedAt: rule === 'wrong' && corrected ? between(random, day / 2, 1.5 * day) : null,
    evaluationMs: between(random, hour, 8 * hour),
    restarts: manyBetween(random, 2, 5 * hour, 1.75 * day),
    clientDeaths: manyBetween(random, between(random, 0, 4), minute, 1.75 * day),
    downMs: between(random, 30 * second, 4 * minute),
  };
}
