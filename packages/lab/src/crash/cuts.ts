/** Cutting a story off: at its calls, in every way, and again while it comes back. */
import { randomFrom } from '../world/random.ts';
import { noTrace, type Trace } from '../world/trace.ts';
import type { Carelessness } from './careless.ts';
import { type Course, courseOf, type Moment } from './course.ts';
import { diskImage, labelled } from './image.ts';
import { type CrashStory, forkOf, type World } from './story.ts';
import { type Way, wayNamed, waysWith } from './ways.ts';

export type CrashOptions = {
  /** How many seeds; 1 unless given. */
  readonly seeds?: number;
  /** The first of them; 1 unless given. */
  readonly from?: number;
  /** Every so many calls of a flow are cut, beginning with another one for each seed; 1 = all of them. */
  readonly stride?: number;
  /** Every so many calls of each recovery are cut too; 0 = none. */
  readonly secondStride?: number;
  /** Ways of damage that are drawn, beside the certain ones. */
  readonly randomWays?: number;
  readonly careless?: Carelessness | undefined;
  /** Told after every seed. */
  readonly progress?: (tally: CrashTally) => void;
};

export const usualOptions = { seeds: 1, from: 1, stride: 1, secondStride: 11, randomWays: 6 } as const;

/** One way through a flow, enough to see it again. */
export type CutPlan = {
  readonly seed: number;
  readonly at: number;
  readonly way: string;
  /** The cut during the recovery from the first. */
  readonly again?: { readonly at: number; readonly way: string };
};

export type BrokenPromise = CutPlan & { readonly call: string; readonly problems: readonly string[] };

export type CrashTally = {
  readonly flow: string;
  /** Seeds done. */
  seeds: number;
  /** Calls that change the disk, in all seeds. */
  operations: number;
  cuts: number;
  secondCuts: number;
  /** Distinct (flow, operation, durable image after the damage). */
  states: number;
  /** Recoveries run: states that were recovered before are not recovered again. */
  recoveries: number;
  broken: number;
  /** The first of them. */
  readonly brokenPromises: BrokenPromise[];
};

/** Broken promises that are told one by one. */
const mostTold = 20;

/** What one flow has in common over all its seeds. */
export type Search = {
  readonly tally: CrashTally;
  readonly states: Set<bigint>;
  readonly stride: number;
  readonly secondStride: number;
  readonly ways: readonly Way[];
  readonly careless: Carelessness | undefined;
};

export function newSearch(flow: string, options: CrashOptions): Search {
  const { stride, secondStride, randomWays, careless } = { ...usualOptions, ...options };
  const counts = { seeds: 0, operations: 0, cuts: 0, secondCuts: 0, states: 0, recoveries: 0, broken: 0 };
  return {
    tally: { flow, ...counts, brokenPromises: [] },
    states: new Set(),
    stride,
    secondStride,
    ways: waysWith(randomWays),
    careless,
  };
}

/** A story with what all its cuts share. */
type Told<Outside> = {
  readonly story: CrashStory<Outside>;
  readonly seed: number;
  readonly search: Search;
  readonly end: World<Outside>;
  /** States from which the machine came back before. */
  readonly recovered: Set<string>;
};

/** What a moment has become in one of the ways. The same cut has the same damage, whatever was drawn before. */
export function fallen<Outside>(
  story: CrashStory<Outside>,
  { disk, outside, at }: Moment<Outside>,
  { name, damage }: Way,
  seed: number,
  after = '',
): World<Outside> {
  const fork = disk.fork();
  if (damage === 'kill') return { disk: fork, outside: story.fallen(outside, 'kill') };
  fork.powerCut(damage, randomFrom(`${seed} ${after}${at} ${name}`));
  return { disk: fork, outside: story.fallen(outside, 'power') };
}

/**
 * Counts a state; false where the machine came back from the very same one before. What it does when it comes back
 * depends on its disk and on what is outside, not on the operation that was cut off: equal ones need one recovery.
 */
function isNew<Outside>(
  { story, search, recovered }: Told<Outside>,
  label: string,
  { disk, outside }: World<Outside>,
  { damage }: Way,
): boolean {
  const killed = damage === 'kill';
  const image = diskImage(disk, killed ? 'entries' : 'durable');
  search.states.add(labelled(`${search.tally.flow} ${label}`, image));
  search.tally.states = search.states.size;
  // What is still on its way when the client is killed is not in the image.
  const key = `${image} ${story.key(outside)} ${killed ? label : ''}`;
  if (recovered.has(key)) return false;
  recovered.add(key);
  return true;
}

/** Lets the machine come back, and looks at it. */
export async function comeBack<Outside>(
  { story, end, search }: Pick<Told<Outside>, 'story' | 'end'> & { search: Pick<Search, 'careless'> },
  world: World<Outside>,
  chosen: (at: number) => boolean,
  trace: Trace = noTrace,
): Promise<{ problems: readonly string[]; course: Course<Outside> | undefined }> {
  const { careless } = search;
  let course: Course<Outside>;
  try {
    course = await courseOf({ story, world, start: 'again', careless, trace }, chosen);
  } catch (thrown) {
    return { problems: [`it does not come back: ${String(thrown)}`], course: undefined };
  }
  const left = { disk: world.disk, outside: course.end.outside };
  return { problems: await story.judge(left, end), course };
}

function note({ tally }: Search, broken: BrokenPromise): void {
  if (broken.problems.length === 0) return;
  tally.broken += 1;
  if (tally.brokenPromises.length < mostTold) tally.brokenPromises.push(broken);
}

async function cutFirst<Outside>(told: Told<Outside>, moment: Moment<Outside>, way: Way): Promise<void> {
  const { story, seed, search } = told;
  const { at, call } = moment;
  search.tally.cuts += 1;
  const world = fallen(story, moment, way, seed);
  if (!isNew(told, `${at} ${call}`, world, way)) return;
  search.tally.recoveries += 1;
  const { secondStride } = search;
  const first = randomFrom(`${seed} ${at} ${way.name}`).integer(Math.max(1, secondStride));
  const chosen = (again: number) => secondStride > 0 && again % secondStride === first;
  const { problems, course } = await comeBack(told, world, chosen);
  note(search, { seed, at, way: way.name, call, problems });
  for (const again of course?.moments ?? []) {
    if (again.call !== 'the end') await cutAgain(told, moment, way, again);
  }
}

async function cutAgain<Outside>(
  told: Told<Outside>,
  moment: Moment<Outside>,
  way: Way,
  again: Moment<Outside>,
): Promise<void> {
  const { story, seed, search } = told;
  const { at, call } = moment;
  search.tally.secondCuts += 1;
  const second = randomFrom(`${seed} ${at} ${way.name} ${again.at}`).pick(search.ways);
  const world = fallen(story, again, second, seed, `${at} ${way.name} `);
  if (!isNew(told, `again ${again.at} ${again.call}`, world, second)) return;
  search.tally.recoveries += 1;
  const { problems } = await comeBack(told, world, () => false);
  const plan = { at: again.at, way: second.name };
  note(search, { seed, at, way: way.name, again: plan, call: `${call}, then ${again.call}`, problems });
}

/** Lives a story once, and cuts it off everywhere. */
export async function cutEverywhere<Outside>(
  story: CrashStory<Outside>,
  seed: number,
  search: Search,
): Promise<void> {
  const { stride, careless, tally } = search;
  const world = forkOf(story.begin);
  const chosen = (at: number) => (at + seed) % stride === 0;
  const course = await courseOf({ story, world, start: 'first', careless }, chosen);
  const told: Told<Outside> = { story, seed, search, end: course.end, recovered: new Set() };
  tally.seeds += 1;
  tally.operations += course.calls;
  for (const moment of course.moments) {
    for (const way of search.ways) await cutFirst(told, moment, way);
  }
}

/** One cut again, for whoever wants to see it; told as lines of text. */
export async function tellCut<Outside>(
  story: CrashStory<Outside>,
  plan: CutPlan,
  careless: Carelessness | undefined,
  trace: () => Trace,
): Promise<CutTold<Outside>> {
  const { seed } = plan;
  const search = { careless };
  const world = forkOf(story.begin);
  const course = await courseOf({ story, world, start: 'first', careless }, (at) => at === plan.at);
  const told = { story, end: course.end, search };
  const [moment] = course.moments;
  const way = wayNamed(plan.way);
  if (moment?.at !== plan.at || way === undefined) return { course, steps: [], problems: [] };
  const fell = fallen(story, moment, way, seed);
  const steps = [{ moment, way, fell: forkOf(fell), trace: trace() }];
  const { again: next } = plan;
  const back = await comeBack(told, fell, (at) => at === next?.at, steps[0]?.trace);
  const [again] = back.course?.moments ?? [];
  const second = next && wayNamed(next.way);
  if (again?.at !== next?.at || again === undefined || second === undefined) {
    return { course, steps, problems: back.problems };
  }
  const fellAgain = fallen(story, again, second, seed, `${plan.at} ${plan.way} `);
  steps.push({ moment: again, way: second, fell: forkOf(fellAgain), trace: trace() });
  const { problems } = await comeBack(told, fellAgain, () => false, steps[1]?.trace);
  return { course, steps, problems };
}

export type CutTold<Outside> = {
  readonly course: Course<Outside>;
  /** Each downfall that was reached, with the trace of the recovery from it. */
  readonly steps: readonly { moment: Moment<Outside>; way: Way; fell: World<Outside>; trace: Trace }[];
  readonly problems: readonly string[];
};
