/** What chance decides about a machine that gets programs whose installers end in every way of the field. */
import type { Random } from '../../world/random.ts';
import { between, hour, manyBetween, minute, second } from '../field/times.ts';

/** How one run of an installer ends, and what it has done by then; `at-restart`: the next start of Windows does it. */
export type Run = { readonly code: number; readonly does: 'nothing' | 'all' | 'at-restart' };

export type ProgramFate = {
  readonly name: string;
  /** When it is deployed. Milliseconds since the world began. */
  readonly deployedAt: number;
  /** Milliseconds of one run. */
  readonly runMs: number;
  /** The last one stands for all that follow. */
  readonly runs: readonly Run[];
  /** After exit code 1641: until the machine goes down. Milliseconds. */
  readonly restartsAfterMs: number;
  /** What its deployment has to come to, and how often it may run for that. */
  readonly right: { readonly state: 'succeeded' | 'failed' | 'held'; readonly mostRuns: number };
};

export type World = {
  readonly programs: readonly ProgramFate[];
  /** When somebody restarts the machine. Milliseconds since the world began. */
  readonly restarts: readonly number[];
  /** When the client's process dies; it is started again at once. Milliseconds since the world began. */
  readonly clientDeaths: readonly number[];
  /** Milliseconds that the machine takes from down to up. */
  readonly downMs: number;
};

const lastDeploymentAt = 6 * hour;
/** When the states are looked at, well after the last restart. */
export const verdictAt = 24 * hour;

const nothing = (code: number): Run => ({ code, does: 'nothing' });
const all = (code: number): Run => ({ code, does: 'all' });
const atRestart = (code: number): Run => ({ code, does: 'at-restart' });

function repeated(run: Run, count: number): readonly Run[] {
  return Array.from({ length: count }, () => run);
}

/** A restart, or a death of the client, may cut a run off: such a run comes besides. */
const cutRuns = 5;

type Kind = (random: Random) => Pick<ProgramFate, 'runs' | 'right'>;

function reaches(...runs: readonly Run[]): Pick<ProgramFate, 'runs' | 'right'> {
  return { runs, right: { state: 'succeeded', mostRuns: runs.length + cutRuns } };
}

/** Limits of the engine: five failures, and one retry of what ended well and is not there. */
const ways: Readonly<Record<string, Kind>> = {
  well: () => reaches(all(0)),
  restartWanted: () => reaches(atRestart(3010)),
  /** The replacements that waited for the restart are lost. */
  restartInVain: () => reaches(nothing(3010), atRestart(3010)),
  restartStarted: () => reaches(atRestart(1641)),
  busy: (random) => reaches(...repeated(nothing(1618), between(random, 1, 6)), all(0)),
  failsAtFirst: (random) => reaches(...repeated(nothing(1603), between(random, 1, 3)), all(0)),
  failsForEver: () => ({ runs: [nothing(1603)], right: { state: 'failed', mostRuns: 5 + cutRuns } }),
  failsAndIsThere: () => reaches(all(1603)),
  nothingAtFirst: () => reaches(nothing(0), all(0)),
  nothingForEver: () => ({ runs: [nothing(0)], right: { state: 'held', mostRuns: 2 + cutRuns } }),
};

/** Most programs of the field end as their authors meant. */
const chances: readonly (keyof typeof ways)[] = [...Array<string>(10).fill('well'), ...Object.keys(ways)];

function drawProgram(random: Random, number: number): ProgramFate {
  const way = ways[random.pick(chances)];
  if (way === undefined) throw new RangeError('a way that nobody knows');
  return {
    name: `Program ${number}`,
    deployedAt: between(random, minute, lastDeploymentAt),
    runMs: between(random, 10 * second, 10 * minute),
    restartsAfterMs: between(random, 0, minute),
    ...way(random.stream('way')),
  };
}

export function drawWorld(random: Random): World {
  const count = between(random, 1, 4);
  return {
    programs: Array.from({ length: count }, (_, index) =>
      drawProgram(random.stream(`program ${index + 1}`), index + 1),
    ),
    // The last two are late enough for everything that waits for a restart, and for a second one.
    restarts: [
      between(random, hour, 14 * hour),
      between(random, 15 * hour, 16 * hour),
      between(random, 18 * hour, 20 * hour),
    ],
    clientDeaths: manyBetween(random, between(random, 0, 2), minute, 14 * hour),
    downMs: between(random, 30 * second, 4 * minute),
  };
}
