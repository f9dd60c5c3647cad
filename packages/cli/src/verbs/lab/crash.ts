/** `holdfast lab crash`: flows cut off at every operation, in every way, and again while they recover. */
import { HoldfastError } from '@holdfast/contract';
import {
  type BrokenPromise,
  type Carelessness,
  type CrashFlow,
  type CrashTally,
  type CutPlan,
  carelessnesses,
  crashFlows,
} from '@holdfast/lab';
import type { Command } from 'commander';
import { AnsweredNo } from '../../answered-no.ts';
import type { Surroundings } from '../../terminal.ts';
import { localVerb, number, runLocal, type Session, text, wholeNumber } from '../verb.ts';

type Options = Record<string, unknown>;

/** Milliseconds between two lines of progress. */
const progressMs = 2_000;

/** One flow, counted. */
type FlowAnswer = Omit<CrashTally, 'brokenPromises'> & {
  readonly title: string;
  readonly seconds: number;
  readonly statesPerSecond: number;
  /** The first of the broken promises, each with the command that tells it. */
  readonly brokenPromises: readonly (BrokenPromise & { readonly command: string })[];
};

function named<Named extends { readonly name: string }>(
  what: string,
  all: readonly Named[],
  name: string,
): Named {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = all.map((one) => one.name).join(', ');
  throw new HoldfastError('not-found', `There is no ${what} ${JSON.stringify(name)}; there are: ${known}.`);
}

function commandOf(
  flow: string,
  { seed, at, way, again }: CutPlan,
  careless: Carelessness | undefined,
): string {
  const second = again === undefined ? '' : ` --again-at ${again.at} --again-way ${again.way}`;
  const spoilt = careless === undefined ? '' : ` --careless ${careless.name}`;
  return `holdfast lab crash ${flow} --seed ${seed} --at ${at} --way ${way}${second}${spoilt}`;
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

function progressLine({ flow, seeds, cuts, secondCuts, states, broken }: CrashTally, wanted: number): string {
  return `${flow}: seed ${seeds} of ${wanted}, ${cuts} cuts and ${secondCuts} more in recovery, ${states} states, ${broken} broken`;
}

async function runFlow(
  flow: CrashFlow,
  session: Session,
  options: Options,
  careless: Carelessness | undefined,
): Promise<FlowAnswer> {
  const began = performance.now();
  let told = began;
  const seeds = number(options, 'seeds', 1);
  const tally = await flow.run({
    seeds,
    from: number(options, 'from', 1),
    stride: number(options, 'stride', 1),
    secondStride: number(options, 'secondStride', 11),
    randomWays: number(options, 'randomWays', 6),
    careless,
    progress(so) {
      session.surroundings.stopped.throwIfAborted();
      if (performance.now() - told < progressMs) return;
      told = performance.now();
      session.note(progressLine(so, seeds));
    },
  });
  const seconds = (performance.now() - began) / 1000;
  return {
    ...tally,
    title: flow.title,
    seconds: rounded(seconds, 1),
    statesPerSecond: Math.round(tally.states / seconds),
    brokenPromises: tally.brokenPromises.map((broken) => ({
      ...broken,
      command: commandOf(flow.name, broken, careless),
    })),
  };
}

function flowText(answer: FlowAnswer): string {
  const { flow, title, seeds, operations, cuts, secondCuts, states, recoveries, broken } = answer;
  return [
    `${flow}: ${title}`,
    `  ${seeds} seeds, ${operations} operations; ${cuts} cuts, ${secondCuts} more during recovery`,
    `  ${states} distinct states, ${recoveries} recoveries; ${answer.seconds} s, ${answer.statesPerSecond} states a second`,
    `  broken promises: ${broken}`,
    ...answer.brokenPromises.flatMap(({ call, problems, command }) => [
      `    ${call}: ${problems.join('; ')}`,
      `      ${command}`,
    ]),
  ].join('\n');
}

async function runFlows(
  session: Session,
  flows: readonly CrashFlow[],
  options: Options,
  careless: Carelessness | undefined,
): Promise<void> {
  const answers: FlowAnswer[] = [];
  for (const flow of flows) answers.push(await runFlow(flow, session, options, careless));
  const sum = (of: (answer: FlowAnswer) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  const seconds = rounded(
    sum((answer) => answer.seconds),
    1,
  );
  const total = { states: sum((answer) => answer.states), broken: sum((answer) => answer.broken), seconds };
  const document = { careless: careless?.name ?? null, ...total, flows: answers };
  session.answer(document, () =>
    [
      ...answers.map(flowText),
      `${total.states} distinct states in all, ${total.broken} broken promises, ${seconds} s.`,
    ].join('\n'),
  );
  if (total.broken > 0) throw new AnsweredNo();
}

async function tellOne(
  session: Session,
  flow: CrashFlow,
  options: Options,
  careless: Carelessness | undefined,
): Promise<void> {
  const [seed, at] = [number(options, 'seed', -1), number(options, 'at', -1)];
  const [way, againWay] = [text(options, 'way'), text(options, 'againWay')];
  const againAt = number(options, 'againAt', -1);
  if (seed < 0 || at < 0 || way === undefined || (againWay === undefined) !== againAt < 0) {
    throw new HoldfastError(
      'request.invalid',
      'To see one cut give --seed, --at and --way; for one more during its recovery --again-at and --again-way.',
    );
  }
  const plan = {
    seed,
    at,
    way,
    ...(againWay === undefined ? {} : { again: { at: againAt, way: againWay } }),
  };
  const told = await flow.tell(plan, careless);
  session.answer({ flow: flow.name, ...plan, ...told }, () => told.text);
  if (told.problems.length > 0) throw new AnsweredNo();
}

function flowList(): string {
  const width = Math.max(...crashFlows.map(({ name }) => name.length));
  return crashFlows.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join('\n');
}

async function crash(session: Session, words: readonly string[], options: Options): Promise<void> {
  const how = text(options, 'careless');
  const careless = how === undefined ? undefined : named('way to be careless', carelessnesses, how);
  const flows = words.includes('all')
    ? crashFlows
    : [...new Set(words)].map((name) => named('flow', crashFlows, name));
  const [one, ...others] = flows;
  const asksForOne = ['seed', 'at', 'way', 'againAt', 'againWay'].some((name) => options[name] !== undefined);
  if (!asksForOne) return await runFlows(session, flows, options, careless);
  if (one === undefined || others.length > 0) {
    throw new HoldfastError('request.invalid', 'One cut is of one flow, not of several.');
  }
  return await tellOne(session, one, options, careless);
}

export function crashVerb(lab: Command, surroundings: Surroundings): void {
  const count = wholeNumber(1, 10_000_000);
  const place = wholeNumber(0, 10_000_000);
  const verb = localVerb(
    lab,
    'crash <flow...>',
    'cut flows off at every operation, and look at what comes back',
    [
      'lab crash journal-compaction --seeds 100',
      'lab crash all --seeds 2 --stride 10 --json',
      'lab crash msi-install --seed 3 --at 40 --way names-only',
      'lab crash program-install --careless never-syncs --stride 5',
    ],
  )
    .addHelpText('after', `\nFlows, or \`all\`:\n${flowList()}`)
    .option('--seeds <count>', 'how many seeds; 1 unless given', count)
    .option('--from <seed>', 'the first of them; 1 unless given', count)
    .option('--stride <calls>', 'cut only every so many calls; all of them unless given', count)
    .option(
      '--second-stride <calls>',
      'of each recovery cut every so many calls, 0 = none; 11 unless given',
      place,
    )
    .option('--random-ways <count>', 'ways of damage drawn for each call; 6 unless given', place)
    .option(
      '--careless <how>',
      `on a disk for careless programs: ${carelessnesses.map((one) => one.name).join(', ')}`,
    )
    .option('--seed <seed>', 'tell one cut of this seed', count)
    .option('--at <call>', 'before which call it is cut', place)
    .option('--way <name>', 'all-lost, all-kept, names-only, contents-only, killed, random-1, random-2, ...')
    .option('--again-at <call>', 'before which call its recovery is cut', place)
    .option('--again-way <name>', 'in which way');
  runLocal(verb, surroundings, crash);
}
