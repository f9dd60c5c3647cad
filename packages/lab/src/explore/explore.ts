/** Exploring: one plan carried out on one machine, its promises checked at every step; and many seeds of such. */
import type { SimulatedMachine } from '../machine/machine.ts';
import type { TimelineEvent } from '../timeline/timeline.ts';
import { newTrace, noTrace, type Trace } from '../world/trace.ts';
import { applyEvent } from './apply.ts';
import { checkPromises } from './check.ts';
import { converge } from './converge.ts';
import { drawPlan } from './draw.ts';
import { type FaultKind, faultKinds, type Plan } from './events.ts';
import type { Finding } from './findings.ts';
import { beginInstalled } from './installed/begin.ts';
import { startClient } from './life.ts';
import { registerPrograms } from './programs.ts';
import { newWorld } from './world.ts';

export type Exploration = {
  readonly plan: Plan;
  /** Events that happened, with every start of the client. */
  readonly steps: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Milliseconds of virtual time. */
  readonly virtualMs: number;
  readonly calls: number;
  /** Undefined: every promise was kept. */
  readonly finding: Finding | undefined;
  readonly traceHash: string;
  readonly timeline: readonly TimelineEvent[];
};

export type ExploreOptions = {
  readonly trace?: Trace;
  /** Changes the machine before it begins: to show that a promise that is broken is seen. */
  readonly prepare?: (machine: SimulatedMachine) => void;
};

/** Carries the plan out: safety while its events happen, then liveness. */
export async function explore(
  plan: Plan,
  { trace = noTrace, prepare }: ExploreOptions = {},
): Promise<Exploration> {
  const world = newWorld(plan, trace);
  prepare?.(world.machine);
  const { machine, timeline, faults } = world;
  const { clock } = machine;
  const over = () => world.finding !== undefined;
  registerPrograms(world);
  if (world.installed) beginInstalled(world, world.installed);
  else startClient(world);
  let steps = 0;
  for (const event of plan.events) {
    await clock.run(over, event.at - clock.elapsed());
    if (over()) break;
    applyEvent(world, event);
    steps++;
    checkPromises(world);
  }
  if (!over()) await clock.run(over, plan.horizonMs - clock.elapsed());
  if (!over()) await converge(world);
  machine.kill();
  return {
    plan,
    steps: steps + world.starts,
    faults,
    virtualMs: clock.elapsed(),
    calls: machine.callCount(),
    finding: world.finding,
    traceHash: trace.hash(),
    timeline: timeline.events,
  };
}

/** I12: the plan carried out twice; the traces must be the same. */
export async function exploreTwice(
  plan: Plan,
  options: Omit<ExploreOptions, 'trace'> = {},
): Promise<Exploration> {
  const first = await explore(plan, { ...options, trace: newTrace() });
  if (first.finding) return first;
  const second = await explore(plan, { ...options, trace: newTrace() });
  if (first.traceHash === second.traceHash) return first;
  const text = `two runs gave the traces ${first.traceHash} and ${second.traceHash}`;
  return { ...first, finding: { promise: 'I12', text, at: 0 } };
}

/** Of so many seeds one is run twice. */
const twiceIn = 8;

export function exploreSeed(seed: number): Promise<Exploration> {
  const plan = drawPlan(seed);
  return seed % twiceIn === 1 ? exploreTwice(plan) : explore(plan);
}

export type ExploreTally = {
  readonly from: number;
  readonly seeds: number;
  readonly steps: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly virtualDays: number;
  /** Port calls. */
  readonly calls: number;
  /** Explorations that broke a promise, the first ones only. */
  readonly broken: readonly Exploration[];
  readonly brokenSeeds: number;
};

/** Failures that are kept whole. */
const keptFailures = 20;

const day = 24 * 3600 * 1000;

/**
 * Explores seeds one after the other.
 * @param options.stopAtFirst ends with the first broken promise
 * @param options.progress called after each seed
 */
export async function exploreSeeds(
  from: number,
  count: number,
  options: {
    readonly stopAtFirst?: boolean;
    readonly progress?: (done: number, brokenSeeds: number) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<ExploreTally> {
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const broken: Exploration[] = [];
  let [steps, virtualMs, calls, brokenSeeds, seeds] = [0, 0, 0, 0, 0];
  while (seeds < count && !options.signal?.aborted) {
    const exploration = await exploreSeed(from + seeds);
    seeds++;
    steps += exploration.steps;
    virtualMs += exploration.virtualMs;
    calls += exploration.calls;
    for (const kind of faultKinds) faults[kind] += exploration.faults[kind];
    if (exploration.finding) {
      brokenSeeds++;
      if (broken.length < keptFailures) broken.push(exploration);
      if (options.stopAtFirst) break;
    }
    options.progress?.(seeds, brokenSeeds);
  }
  return { from, seeds, steps, faults, virtualDays: virtualMs / day, calls, broken, brokenSeeds };
}
