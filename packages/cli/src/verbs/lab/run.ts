/** `holdfast lab run`: one machine of a scenario with its timeline, or many of them counted. */
import { HoldfastError } from '@holdfast/contract';
import { type Outcome, type Scenario, scenarios, type Tally, timelineText } from '@holdfast/lab';
import type { Command } from 'commander';
import { plain, type Surroundings } from '../../terminal.ts';
import { argument, localVerb, number, runLocal, type Session, text, wholeNumber } from '../verb.ts';
import { type SeedShare, tallySeeds } from './seeds.ts';

/** Seeds of one run: more would take days. */
const mostSeeds = 10_000_000;
/** Milliseconds between two lines of progress. */
const progressMs = 2_000;

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found) return found;
  const known = scenarios.map((one) => one.name).join(', ');
  throw new HoldfastError('not-found', `There is no scenario ${JSON.stringify(name)}; there are: ${known}.`);
}

function outcomeText(scenario: Scenario, outcome: Outcome, columns: number | undefined): string {
  const { seed, profile, lost, reason, cured, worldHash, traceHash, events } = outcome;
  const verdict = lost ? 'LOST' : 'not lost';
  const cure = cured === null ? '' : `; the published workarounds ${cured ? 'cure it' : 'do NOT cure it'}`;
  return [
    `${scenario.name}: ${scenario.title}`,
    `Profile ${profile}, seed ${plain(String(seed))}.`,
    '',
    timelineText(events, columns),
    '',
    `The machine is ${verdict}: ${plain(reason)}${cure}.`,
    `World ${worldHash.slice(0, 16)}, trace ${traceHash.slice(0, 16)}.`,
  ].join('\n');
}

function tallyText(tally: Tally, machinesPerSecond: number): string {
  const { scenario, profile, from, seeds, lost, errors, gateClosedBy21, firstLostSeed } = tally;
  const { cureTried, cured } = tally;
  const share = (count: number): string => `${count} (${((100 * count) / seeds).toFixed(1)} %)`;
  const met = Object.entries(errors).map(([error, count]) => `${error}: ${count}`);
  return [
    `${scenario}, profile ${profile}: ${seeds} machines, seeds ${from} to ${from + seeds - 1}, ${machinesPerSecond} a second.`,
    `  lost: ${share(lost)}${firstLostSeed === null ? '' : `, the first with --seed ${firstLostSeed}`}`,
    ...(met.length > 0 ? [`  Win32 errors met: ${met.join(', ')}`] : []),
    ...(gateClosedBy21 > 0 ? [`  gate closed by error 21: ${share(gateClosedBy21)}`] : []),
    ...(cureTried > 0 ? [`  cured by every published workaround: ${cured} of ${cureTried}`] : []),
  ].join('\n');
}

type OneMachine = {
  /** One, or two to compare. */
  readonly profiles: readonly string[];
  readonly seed: string;
  readonly unshared: boolean;
  /** Where the timelines are drawn; `-` for standard output, instead of the answer. */
  readonly html: string | undefined;
};

/** One machine told, and drawn where that is wanted. */
async function runOne(
  session: Session,
  scenario: Scenario,
  { profiles, seed, unshared, html }: OneMachine,
): Promise<void> {
  if (html === '-' && session.json) {
    throw new HoldfastError(
      'request.invalid',
      'Give --json or --html -, not both: each is all of standard output.',
    );
  }
  const outcomes: Outcome[] = [];
  for (const profile of profiles) outcomes.push(await scenario.run(profile, seed, { unshared }));
  if (html !== undefined) {
    // Only who draws needs what writes files.
    const { drawPage } = await import('./picture.ts');
    await drawPage(session, html, { scenario, outcomes, unshared });
    if (html === '-') return;
  }
  const [outcome, compared] = outcomes;
  const document = { scenario: scenario.name, ...outcome, ...(compared === undefined ? {} : { compared }) };
  const { columns } = session.surroundings;
  session.answer(document, () => outcomes.map((one) => outcomeText(scenario, one, columns)).join('\n\n'));
}

/** Many machines counted, with a line now and then of how far it is. */
async function runMany(session: Session, scenario: Scenario, all: SeedShare, jobs: number): Promise<void> {
  const began = performance.now();
  let told = began;
  const perSecond = (count: number) => Math.round((10_000 * count) / (performance.now() - began)) / 10;
  const { stopped } = session.surroundings;
  const tally = await tallySeeds(scenario, all, {
    jobs,
    stopped,
    progress(done) {
      if (performance.now() - told < progressMs) return;
      told = performance.now();
      session.note(`${done} of ${all.seeds} machines, ${perSecond(done)} a second`);
    },
  });
  const machinesPerSecond = perSecond(all.seeds);
  session.answer({ ...tally, sharedPast: !all.unshared, jobs, machinesPerSecond }, () =>
    tallyText(tally, machinesPerSecond),
  );
}

export function runVerb(lab: Command, surroundings: Surroundings): void {
  const verb = localVerb(lab, 'run <scenario>', 'run a scenario: one machine with its timeline, or many', [
    'lab run kb829810 --profile sms2003 --seed 7',
    'lab run kb829810 --profile sms2003 --compare holdfast --seed 4 --html kb829810.html',
    'lab run kb829810 --profile holdfast --seeds 1000 --json',
    'lab run kb829810 --profile holdfast --from 500001 --seeds 500000 --jobs 2',
  ])
    .option('--profile <name>', 'who acts; the first of `lab list` unless given')
    .option('--seed <seed>', 'the one machine of this seed; 1 unless given')
    .option('--compare <profile>', 'what becomes of the same machine under this profile, below the first')
    .option('--html <file>', 'draw the timeline on a page of its own; - for standard output')
    .option('--seeds <count>', 'the machines of so many seeds, counted', wholeNumber(1, mostSeeds))
    .option('--from <seed>', 'the first of these seeds', wholeNumber(1, mostSeeds), 1)
    .option('--jobs <threads>', 'threads that share these seeds', wholeNumber(1, 64), 1)
    .option(
      '--unshared',
      'every machine runs its past too, instead of going on from a shared snapshot of it',
    );
  runLocal(verb, surroundings, async (session, words, options) => {
    const scenario = scenarioNamed(argument(words, 0));
    const profile = text(options, 'profile') ?? scenario.profiles[0]?.name ?? '';
    const unshared = options.unshared === true;
    const seeds = number(options, 'seeds', 0);
    if (seeds > 0 && text(options, 'seed') !== undefined) {
      throw new HoldfastError('request.invalid', 'Give --seed or --seeds, not both.');
    }
    const [compare, html] = [text(options, 'compare'), text(options, 'html')];
    if (seeds > 0 && (compare ?? html) !== undefined) {
      throw new HoldfastError('request.invalid', '--html and --compare tell of one machine: give --seed.');
    }
    if (seeds === 0) {
      const profiles = [profile, ...(compare === undefined ? [] : [compare])];
      await runOne(session, scenario, { profiles, seed: text(options, 'seed') ?? '1', unshared, html });
      return;
    }
    const from = number(options, 'from', 1);
    const share = { scenario: scenario.name, profile, from, seeds, unshared };
    await runMany(session, scenario, share, number(options, 'jobs', 1));
  });
}
