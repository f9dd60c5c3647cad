/** `holdfast lab run`: one machine of a scenario with its timeline, or many of them counted. */
import { HoldfastError } from '@holdfast/contract';
import { type Outcome, runSeeds, type Scenario, scenarios, type Tally, timelineText } from '@holdfast/lab';
import type { Command } from 'commander';
import type { Surroundings } from '../../terminal.ts';
import { argument, localVerb, number, runLocal, text, wholeNumber } from '../verb.ts';

/** Seeds of one run: more would take days. */
const mostSeeds = 10_000_000;

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found) return found;
  const known = scenarios.map((one) => one.name).join(', ');
  throw new HoldfastError('not-found', `There is no scenario ${JSON.stringify(name)}; there are: ${known}.`);
}

function outcomeText(scenario: Scenario, outcome: Outcome): string {
  const { seed, profile, lost, reason, cured, worldHash, traceHash, events } = outcome;
  const verdict = lost ? 'LOST' : 'not lost';
  const cure = cured === null ? '' : `; the published workarounds ${cured ? 'cure it' : 'do NOT cure it'}`;
  return [
    `${scenario.name}: ${scenario.title}`,
    `Profile ${profile}, seed ${seed}.`,
    '',
    timelineText(events),
    '',
    `The machine is ${verdict}: ${reason}${cure}.`,
    `World ${worldHash.slice(0, 16)}, trace ${traceHash.slice(0, 16)}.`,
  ].join('\n');
}

function tallyText(tally: Tally, machinesPerSecond: number): string {
  const { scenario, profile, seeds, lost, errors, gateClosedBy21, cured, firstLostSeed } = tally;
  const share = (count: number): string => `${count} (${((100 * count) / seeds).toFixed(1)} %)`;
  const met = Object.entries(errors).map(([error, count]) => `${error}: ${count}`);
  return [
    `${scenario}, profile ${profile}: ${seeds} machines, ${machinesPerSecond} a second.`,
    `  lost: ${share(lost)}${firstLostSeed === null ? '' : `, the first with --seed ${firstLostSeed}`}`,
    `  Win32 errors met: ${met.length > 0 ? met.join(', ') : 'none'}`,
    `  gate closed by error 21: ${share(gateClosedBy21)}`,
    `  cured by both published workarounds: ${cured} of ${lost}`,
  ].join('\n');
}

export function runVerb(lab: Command, surroundings: Surroundings): void {
  const verb = localVerb(lab, 'run <scenario>', 'run a scenario: one machine with its timeline, or many', [
    'lab run kb829810 --profile sms2003 --seed 7',
    'lab run kb829810 --profile holdfast --seeds 1000 --json',
  ])
    .option('--profile <name>', 'who acts; the first of `lab list` unless given')
    .option('--seed <seed>', 'the one machine of this seed; 1 unless given')
    .option('--seeds <count>', 'the machines of seeds 1 to this one', wholeNumber(1, mostSeeds))
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
    if (seeds === 0) {
      const seed = text(options, 'seed') ?? '1';
      const outcome = await scenario.run(profile, seed, { unshared });
      session.answer({ scenario: scenario.name, ...outcome }, () => outcomeText(scenario, outcome));
      return;
    }
    const began = performance.now();
    const tally = await runSeeds(scenario, profile, seeds, { unshared });
    const machinesPerSecond = Math.round((10_000 * seeds) / (performance.now() - began)) / 10;
    session.answer({ ...tally, sharedPast: !unshared, machinesPerSecond }, () =>
      tallyText(tally, machinesPerSecond),
    );
  });
}
