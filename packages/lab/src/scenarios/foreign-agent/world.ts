/** What chance decides: on what our own screen driver leans, and whether the power goes while the agent is taken over. */
import type { Random } from '../../world/random.ts';
import { between, second } from '../field/times.ts';

/** When our own screen driver fails: never, without their service, or without their package. */
const leanings = ['nothing', 'their service', 'their package'] as const;

export type World = {
  readonly leansOn: (typeof leanings)[number];
  /** Milliseconds from the order on; null = the power stays. */
  readonly cutAtMs: number | null;
};

export function drawWorld(random: Random): World {
  return {
    leansOn: random.pick(leanings),
    cutAtMs: random.chance(1, 2) ? between(random, second / 10, 20 * second) : null,
  };
}
