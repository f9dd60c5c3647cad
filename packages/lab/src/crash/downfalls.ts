/** Cutting a flow off at every single port call, in every way, and letting it start again. */
import type { Damage } from '../disk/damage.ts';
import { randomFrom } from '../world/random.ts';
import { noTrace, type Trace } from '../world/trace.ts';

/** How a machine or its client goes down. */
export type Downfall = {
  readonly name: string;
  /** Before the effect of the call, or after it and before its answer. */
  readonly when: 'before' | 'after';
  /** What becomes of the disk at a power cut; `kill` ends only the client, its programs and the disk go on. */
  readonly damage: Damage | 'kill';
};

export const allLost: Downfall = {
  name: 'all lost',
  when: 'before',
  damage: { names: 'lost', contents: 'lost' },
};

export const byChance: Downfall = {
  name: 'some lost, some kept, some torn',
  when: 'after',
  damage: { names: 'random', contents: 'random' },
};

export const powerCuts: readonly Downfall[] = [
  allLost,
  { name: 'all kept', when: 'after', damage: { names: 'kept', contents: 'kept' } },
  { name: 'names without contents', when: 'before', damage: { names: 'kept', contents: 'lost' } },
  byChance,
];

export const clientKilled: Downfall = { name: 'client killed', when: 'after', damage: 'kill' };

export type Interruption = Downfall & {
  /** Number of the call since the client was started: 1, 2, ... */
  readonly call: number;
};

export type FlowResult = {
  /** Port calls from the last start of the client until the goal of the flow was reached. */
  readonly calls: number;
  readonly traceHash: string;
  /** Milliseconds of virtual time from the last start to the goal. */
  readonly virtualMs: number;
  /** What is not as promised, in words; empty = the flow converged. */
  readonly problems: readonly string[];
};

/** A whole story of one machine in a world of its own, from a seed alone; the client is started after every downfall. */
export type Flow = (
  seed: number,
  interruptions?: readonly Interruption[],
  trace?: Trace,
) => Promise<FlowResult>;

export type Failure = {
  readonly seed: number;
  readonly interruptions: readonly Interruption[];
  readonly problems: readonly string[];
};

export type CrashReport = {
  readonly failures: readonly Failure[];
  /** Milliseconds of virtual time of the slowest recovery. */
  readonly slowestMs: number;
};

/** Runs the flow once for each of its calls (`calls` of them), or for every `stride`-th. */
export function everyCut(
  flow: Flow,
  seed: number,
  calls: number,
  way: Downfall,
  stride = 1,
): Promise<CrashReport> {
  const stories = Array.from({ length: Math.ceil(calls / stride) }, (_, index) => ({
    seed,
    interruptions: [{ ...way, call: 1 + index * stride }],
  }));
  return runAll(flow, stories);
}

/** Runs the flow with two to four downfalls one after the other, each drawn from all ways and calls. */
export function cutsInARow(flow: Flow, seeds: number, calls: number): Promise<CrashReport> {
  const stories = Array.from({ length: seeds }, (_, index) => {
    const random = randomFrom(index + 1).stream('cuts');
    const interruptions = Array.from({ length: 2 + random.integer(3) }, () => ({
      ...random.pick([...powerCuts, clientKilled]),
      call: 1 + random.integer(calls),
    }));
    return { seed: index + 1, interruptions };
  });
  return runAll(flow, stories);
}

async function runAll(flow: Flow, stories: readonly Omit<Failure, 'problems'>[]): Promise<CrashReport> {
  const failures: Failure[] = [];
  let slowestMs = 0;
  for (const story of stories) {
    const { problems, virtualMs } = await flow(story.seed, story.interruptions, noTrace);
    slowestMs = Math.max(slowestMs, virtualMs);
    if (problems.length > 0) failures.push({ ...story, problems });
  }
  return { failures, slowestMs };
}

/** One line that is enough to see it again. */
export function describeFailure({ seed, interruptions, problems }: Failure): string {
  const cuts = interruptions.map(({ call, when, name }) => `${when} call ${call}: ${name}`);
  return `seed ${seed}, ${cuts.join(', then ')}: ${problems.join('; ')}`;
}
