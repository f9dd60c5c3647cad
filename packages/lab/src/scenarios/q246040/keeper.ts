/** Who keeps the clients of a branch whole. */
import type { Random } from '../../world/random.ts';
import type { Branch } from './branch.ts';

export type Keeper = {
  readonly name: string;
  readonly summary: string;
  /** Begins before the day does. */
  serve(branch: Branch, random: Random): void;
};
