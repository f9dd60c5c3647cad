/** What a client does on a machine of KB829810, and what is counted of it. */
import type { SimulatedClient } from '../../site/site.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { RunningWindows, SimulatedWindows } from '../../windows/machine.ts';
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

/** A client on one machine. */
export type Manager = {
  /** What it does each time it starts. */
  atStart(windows: RunningWindows): Promise<void>;
  /** Whether all that it stands for is as it should be, 24 hours after the first start; a clause where not. */
  problem?(): string | undefined;
};

export type Profile = {
  readonly name: string;
  readonly summary: string;
  /** What the machine does before its Windows is upgraded, beside having its clients installed. Answers what its site knows. */
  readonly past?: (windows: SimulatedWindows) => Promise<readonly SimulatedClient[]>;
  /** @param known to the site, of the past */
  begin(windows: SimulatedWindows, surroundings: Surroundings, known: readonly SimulatedClient[]): Manager;
};

/** One that has no past of its own, and keeps nothing between its starts but what lies on the machine. */
export function simply(
  name: string,
  summary: string,
  atStart: (windows: RunningWindows, surroundings: Surroundings) => Promise<void>,
): Profile {
  return {
    name,
    summary,
    begin: (_windows, surroundings) => ({ atStart: (running) => atStart(running, surroundings) }),
  };
}
