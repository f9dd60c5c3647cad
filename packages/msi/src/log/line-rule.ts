/** How a line of an installer log is recognised, and what is taken from it. */
import type { Draft } from './draft.ts';
import type { Evidence } from './model.ts';

/** The line itself, where it is to be kept. */
export type At = () => Evidence;

export type LineRule = {
  /** How the line begins: compared before anything costlier. */
  readonly start: string;
  readonly pattern: RegExp;
  take(draft: Draft, found: readonly string[], at: At): void;
};

/** The action that starts an engine of its own for each product that an upgrade replaces. */
export const removing = 'RemoveExistingProducts';
