/** Where the machine's power comes from. */
import type { Watch } from './readiness.ts';

export type PowerState = {
  readonly mains: boolean;
  /** What is left, percent; null where there is no battery. */
  readonly battery: number | null;
};

export type Power = {
  state(): Promise<PowerState>;
  readonly watch?: Watch;
};
