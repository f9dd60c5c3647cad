/** The service of a client that was set up, and the second starter beside it. */
import { beat, rescue } from '@holdfast/client';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { setupPlaces, siteAddress } from '../../flows/client-setup/world.ts';
import { openClient } from '../../flows/open-client.ts';
import { checkPromises } from '../check.ts';
import { hear } from '../hear.ts';
import { managedRoot, stateFolder, type World } from '../world.ts';
import { type Installed, installationOf, unrunnable } from './installed.ts';

const minute = 60_000;

/** Milliseconds: until the service manager starts what ended, and until the service looks again for an identity or its folder. */
const restartMs = 5_000;
const lookAgainMs = 60_000;
/** Milliseconds from the start of the machine to the first run of the second starter, and between two. */
const secondFirstMs = 5 * minute;
const secondEveryMs = 60 * minute;

/** Starts and stops with its starter; called once. */
export function armService(world: World, installed: Installed): void {
  world.machine.starters.onService((running) => {
    world.timeline.tell('services', running ? 'the service is started' : 'the service is stopped');
    if (running) startService(world, installed);
    else installed.stopClient();
  });
}

/** As the service manager does: also what cannot run is started, and ends. */
export function startService(world: World, installed: Installed): void {
  const { machine, timeline, broken } = world;
  const start = ++world.starts;
  const again = (ms: number) => {
    machine.clock.schedule(ms, () => {
      if (world.starts === start && machine.starters.get('service').active) startService(world, installed);
    });
  };
  const trouble = unrunnable(world, installed);
  if (trouble !== undefined) {
    timeline.tell('services', `the service cannot run: ${trouble}`);
    machine.starters.set('service', { active: false });
    return;
  }
  if (installed.folderTaken) {
    again(restartMs);
    return;
  }
  installed.folderTaken = true;
  const life = new AbortController();
  installed.stopClient = () => life.abort();
  const faultsBefore = world.diskFaults.failed;
  const ended = (thrown?: unknown) => {
    if (world.starts !== start && !life.signal.aborted) return;
    installed.folderTaken = false;
    world.ledger.unwatched();
    const wasOpen = world.client !== undefined;
    world.client = undefined;
    const isUnknown = isHoldfastError(thrown, 'client.not-enrolled');
    if (thrown !== undefined && !life.signal.aborted && !isUnknown) {
      timeline.tell('client', `the client ends: ${String(thrown)}`);
      if (!isHoldfastError(thrown)) broken('I2', `the client ended without a code: ${String(thrown)}`);
      const faultless = !world.diskFaults.active && world.diskFaults.failed === faultsBefore;
      if (faultless && !wasOpen) broken('I2', `the client cannot be opened: ${String(thrown)}`);
    }
    again(isUnknown ? lookAgainMs : restartMs);
  };
  live(world, installed, start, life.signal).then(() => ended(), ended);
}

async function live(world: World, installed: Installed, start: number, signal: AbortSignal): Promise<void> {
  const { machine } = world;
  const ports = machine.ports('client');
  const client = await openClient(ports, {
    folder: stateFolder,
    root: managedRoot,
    site: siteAddress,
    version: installed.release.version,
    log: (event) => hear(world, event),
    installation: installationOf(installed),
  });
  if (world.starts !== start) return await client.close();
  const { clientId } = client.status();
  if (clientId === null) {
    await client.close();
    throw new HoldfastError('client.not-enrolled', 'This machine is no client yet.');
  }
  world.clientId ??= clientId;
  world.client = client;
  checkPromises(world);
  const over = new AbortController();
  const beating = withOpen(ports.disk.open(stateFolder), (state) =>
    beat(
      ports,
      {
        state,
        version: installed.release.version,
        pid: start,
        supervisor: undefined,
        vital: client.vital,
        log: (text) => world.timeline.tell('client', text),
      },
      over.signal,
    ),
  );
  // A disk that fails is no reason to end.
  beating.catch((thrown: unknown) => {
    if (!isHoldfastError(thrown)) world.broken('I2', `the beat ended without a code: ${String(thrown)}`);
  });
  try {
    await client.run(signal);
  } finally {
    over.abort();
    await client.close();
  }
}

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
