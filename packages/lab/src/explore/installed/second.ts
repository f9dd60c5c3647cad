/** The second starter of a client that was set up: it runs every hour, beside whatever else is under way. */
import { rescue } from '@holdfast/client';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { setupPlaces, siteAddress } from '../../flows/client-setup/world.ts';
import type { World } from '../world.ts';
import type { Installed } from './installed.ts';

const minute = 60_000;

/** Milliseconds from the start of the machine to the first run of the second starter, and between two. */
const secondFirstMs = 5 * minute;
const secondEveryMs = 60 * minute;

/** Runs of the second starter from a start of the machine on, while it is armed. */
export function armSecond(world: World, installed: Installed): void {
  const { machine } = world;
  const bootId = machine.boot.id();
  const next = () => {
    if (machine.boot.id() !== bootId) return;
    runSecond(world, installed);
    machine.clock.schedule(secondEveryMs, next);
  };
  machine.clock.schedule(secondFirstMs, next);
}

function runSecond(world: World, installed: Installed): void {
  const { machine, timeline, broken } = world;
  if (!machine.starters.get('second').active || installed.secondRuns) return;
  installed.secondRuns = true;
  const { starters, ...ports } = machine.ports('second starter');
  if (!starters) throw new Error('A simulated machine has starters.');
  const watched: typeof starters = {
    ...starters,
    stop: (name) => {
      const { active, deaf } = machine.starters.get('service');
      if (name === 'service' && active && !deaf)
        broken('I2', 'the second starter ended a client that answers');
      return starters.stop(name);
    },
  };
  const options = {
    folder: setupPlaces.state,
    installFolder: setupPlaces.install,
    site: siteAddress,
    version: installed.release.version,
    releaseKey: installed.release.releaseKey,
    alone: <Result>(work: () => Promise<Result>) => whileNoSetUp(installed, work),
  };
  rescue({ ...ports, starters: watched }, options)
    .then(({ decision, outcome }) => {
      if (decision.kind === 'well') return;
      const what = decision.kind === 'act' ? decision.act : decision.kind;
      const came = outcome?.error ? `: ${outcome.error}` : '';
      timeline.tell('services', `the second starter: ${what}: ${decision.reason}${came}`);
    })
    .catch((thrown: unknown) => {
      timeline.tell('services', `the second starter ends: ${String(thrown)}`);
      if (!isHoldfastError(thrown))
        broken('I2', `the second starter ended without a code: ${String(thrown)}`);
    })
    .finally(() => {
      installed.secondRuns = false;
    });
}

/** The lock that a set-up holds, too. */
async function whileNoSetUp<Result>(installed: Installed, work: () => Promise<Result>): Promise<Result> {
  if (installed.setUpRuns) throw new HoldfastError('setup.running', 'A set-up is under way.');
  installed.reinstalls = true;
  try {
    return await work();
  } finally {
    installed.reinstalls = false;
  }
}
