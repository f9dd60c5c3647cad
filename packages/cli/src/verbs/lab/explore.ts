/** `holdfast lab explore`: many seeds of random work and random faults over the real client; what breaks is shrunk. */
import { writeFile } from 'node:fs/promises';
import {
  type Exploration,
  type ExploreTally,
  exploreSeeds,
  replayText,
  shrinkExploration,
  timelineText,
} from '@holdfast/lab';
import type { Command } from 'commander';
import { AnsweredNo } from '../../answered-no.ts';
import type { Surroundings } from '../../terminal.ts';
import { localVerb, number, runLocal, text, wholeNumber } from '../verb.ts';

const mostSeeds = 100_000_000;

/** Seeds between two lines of progress. */
const progressEvery = 50;

/** Of one that broke a promise, as it is told. */
type Failure = {
  readonly seed: string;
  readonly promise: string | undefined;
  readonly text: string | undefined;
  /** The one command that shows it again. */
  readonly again: string;
};

function failureOf({ plan, finding }: Exploration): Failure {
  const again = `holdfast lab explore --from ${plan.seed} --seeds 1`;
  return { seed: plan.seed, promise: finding?.promise, text: finding?.text, again };
}

/** How a figure of a second reads: with one decimal. */
const tenths = (value: number): number => Math.round(value * 10) / 10;

function answerOf(tally: ExploreTally, seconds: number) {
  const { broken, virtualDays, ...counts } = tally;
  return {
    ...counts,
    virtualDays: tenths(virtualDays),
    seconds: tenths(seconds),
    seedsPerSecond: tenths(tally.seeds / seconds),
    failures: broken.map(failureOf),
  };
}

function answerText(answer: ReturnType<typeof answerOf>): string {
  const { from, seeds, steps, faults, virtualDays, seconds, seedsPerSecond, failures, brokenSeeds } = answer;
  return [
    `${seeds} seeds from ${from} on: ${steps} steps in ${virtualDays} virtual days, ${seconds} s, ${seedsPerSecond} seeds a second.`,
    `  faults: ${Object.entries(faults)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}`,
    `  seeds that broke a promise: ${brokenSeeds}`,
    ...failures.map(({ seed, promise, text: told }) => `    seed ${seed}: ${promise}: ${told}`),
  ].join('\n');
}

function shrunkText(
  { plan, timeline, finding }: Exploration,
  before: number,
  columns: number | undefined,
): string {
  return [
    '',
    `Shrunk to ${plan.events.length} of ${before} events: ${finding?.promise}: ${finding?.text}`,
    ...plan.events.map((event) => `  ${JSON.stringify(event)}`),
    '',
    timelineText(timeline, columns),
  ].join('\n');
}

export function exploreVerb(lab: Command, surroundings: Surroundings): void {
  const verb = localVerb(
    lab,
    'explore',
    'random work and random faults over the real client, its promises checked at every step',
    [
      'lab explore --seeds 1000',
      'lab explore --seeds 1000 --from 5001 --json',
      'lab explore --from 17 --seeds 1 --out seed-17.json',
    ],
  )
    .option('--seeds <count>', 'how many seeds', wholeNumber(1, mostSeeds), 100)
    .option('--from <seed>', 'the first of them', wholeNumber(1, mostSeeds), 1)
    .option('--out <file>', 'writes what broke first, shrunk, as a file for `lab replay`');
  runLocal(verb, surroundings, async (session, _words, options) => {
    const began = performance.now();
    const seeds = number(options, 'seeds', 100);
    const tally = await exploreSeeds(number(options, 'from', 1), seeds, {
      signal: surroundings.stopped,
      progress: (done, broken) => {
        if (done % progressEvery === 0)
          surroundings.error(`${done} of ${seeds} seeds, ${broken} broke a promise\n`);
      },
    });
    const answer = answerOf(tally, (performance.now() - began) / 1000);
    const [first] = tally.broken;
    if (!first) {
      session.answer(answer, () => answerText(answer));
      return;
    }
    surroundings.error(
      `seed ${first.plan.seed} broke ${first.finding?.promise}; again: ${failureOf(first).again}\n`,
    );
    const { exploration } = await shrinkExploration(first);
    const out = text(options, 'out');
    if (out !== undefined) await writeFile(out, replayText(exploration));
    const shrunk = { seed: first.plan.seed, events: exploration.plan.events, file: out ?? null };
    session.answer({ ...answer, shrunk }, () =>
      [answerText(answer), shrunkText(exploration, first.plan.events.length, surroundings.columns)].join(
        '\n',
      ),
    );
    throw new AnsweredNo();
  });
}
