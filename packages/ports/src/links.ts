/** Whether the machine has a network at all, and what it costs. */
import type { Watch } from './readiness.ts';

export type LinkState = {
  readonly up: boolean;
  /** Paid by volume. */
  readonly metered: boolean;
};

export type Links = {
  state(): Promise<LinkState>;
  readonly watch?: Watch;
};
