/** What a client does on a machine of KB829810, and what is counted of it. */

import type { Timeline } from '../../timeline/timeline.ts';
import type { RunningWindows } from '../../windows/machine.ts';
import type { ClientPackages } from './packages.ts';
import type { World } from './world.ts';

/** Counted in one life. */
export type Counts = {
  /** Numbers that the client's installations failed by. */
  readonly errors: readonly number[];
  /** Whether its gate was seen closed by error 21. */
  readonly gateClosedBy21: boolean;
  error(win32: number): void;
  gateClosed(win32: unknown): void;
};

export function newCounts(): Counts {
  const errors: number[] = [];
  let closed = false;
  return {
    errors,
    get gateClosedBy21() {
      return closed;
    },
    error: (win32) => void errors.push(win32),
    gateClosed(win32) {
      if (win32 === 21) closed = true;
    },
  };
}

export type Surroundings = {
  readonly packages: ClientPackages;
  readonly world: World;
  readonly timeline: Timeline;
  readonly counts: Counts;
};

export type Profile = {
  readonly name: string;
  readonly summary: string;
  /** What the client does each time it starts. */
  atStart(windows: RunningWindows, surroundings: Surroundings): Promise<void>;
};
