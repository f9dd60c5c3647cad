/** The service of a client that was set up: processes that its manager starts, asks to stop, and starts again when they end. */
import { beat } from '@holdfast/client';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { siteAddress } from '../../flows/client-setup/world.ts';
import { misbehave } from '../../flows/client-versions/misbehave.ts';
import { openClient } from '../../flows/open-client.ts';
import { checkPromises } from '../check.ts';
import { hear } from '../hear.ts';
import { managedRoot, stateFolder, type World } from '../world.ts';
import {
  coreDamage,
  type Installed,
  installationOf,
  noService,
  type ServiceProcess,
  seedName,
  unrunnable,
} from './installed.ts';
import { launch } from './launcher.ts';
import { behaviourOf } from './versions.ts';

/** Milliseconds: until the service manager starts what ended, what asked for that, and until it looks again for an identity. */
const restartMs = 5_000;
const askedMs = 500;
const lookAgainMs = 60_000;

/** Starts and stops with its starter; called once. */
export function armService(world: World, installed: Installed): void {
  world.machine.starters.onService((running) => {
    world.timeline.tell('services', running ? 'the service is started' : 'the service is stopped');
    if (running) startService(world, installed);
    else installed.service.stop();
  });
}

/** As the service manager does: also what cannot run is started, and ends. */
export function startService(world: World, installed: Installed): void {
  const { machine, timeline } = world;
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
  const faultsBefore = world.diskFaults.failed;
  const asked = new AbortController();
  let over = false;
  const ended = (thrown?: unknown) => {
    if (over || (world.starts !== start && !asked.signal.aborted)) return;
    over = true;
    for (const life of ['guard', 'launcher', 'client']) machine.kill(life);
    installed.folderTaken = false;
    installed.service = noService;
    if (machine.starters.get('service').deaf) machine.starters.set('service', { deaf: false });
    world.ledger.unwatched();
    const wasOpen = world.client !== undefined;
    world.client = undefined;
    const faultless = !world.diskFaults.active && world.diskFaults.failed === faultsBefore;
    if (thrown !== undefined && !asked.signal.aborted) tellEnd(world, thrown, faultless && !wasOpen);
    const isUnknown = isHoldfastError(thrown, 'client.not-enrolled');
    again(asked.signal.aborted ? askedMs : isUnknown ? lookAgainMs : restartMs);
  };
  const die = () => {
    if (over || world.starts !== start) return;
    timeline.tell('client', 'the process of the client ends');
    world.ledger.downfall();
    ended();
  };
  const process: ServiceProcess = { start, asked, hungAt: undefined, die };
  installed.service = {
    stop() {
      asked.abort();
      // What does not listen is ended.
      if (process.hungAt !== undefined) ended();
    },
    hang() {
      if (over) return;
      process.hungAt = machine.clock.elapsed() - machine.power.sleptMs();
      machine.kill('client');
      machine.starters.set('service', { deaf: true });
      world.ledger.unwatched();
      world.client = undefined;
    },
  };
  launch(world, installed, process, (version) => become(world, installed, process, version)).then(
    () => ended(),
    ended,
  );
}

function tellEnd({ timeline, broken }: World, thrown: unknown, isUnexplained: boolean): void {
  if (isHoldfastError(thrown, 'client.not-enrolled')) return;
  timeline.tell('client', `the client ends: ${String(thrown)}`);
  if (!isHoldfastError(thrown)) broken('I2', `the client ended without a code: ${String(thrown)}`);
  if (isUnexplained) broken('I2', `the client cannot be opened: ${String(thrown)}`);
}

/** The version in this process; resolves when it has ended in good order. */
async function become(
  world: World,
  installed: Installed,
  process: ServiceProcess,
  name: string,
): Promise<void> {
  const { machine } = world;
  const { release, service, versions } = installed;
  const version = name === seedName ? release.version : name;
  const behaviour = behaviourOf(versions, version);
  await misbehave(machine, behaviour);
  const { diesAfterMs, hangsAfterMs, works } = behaviour;
  const after = (ms: number | undefined, act: () => void) => {
    if (ms === undefined) return;
    machine.clock.schedule(ms, () => {
      if (world.starts === process.start) act();
    });
  };
  after(diesAfterMs, process.die);
  after(hangsAfterMs, service.hang);
  if (works === false) return await asked(process);
  const ports = machine.ports('client');
  const client = await openClient(ports, {
    folder: stateFolder,
    root: managedRoot,
    site: siteAddress,
    version,
    log: (event) => hear(world, event),
    installation: {
      ...installationOf(installed, name),
      versions: {
        runtime: { launcher: 1, node: 22 },
        async selfTest(folder) {
          const text = coreDamage(world, installed, folder.slice(folder.lastIndexOf('/') + 1));
          return { passed: text === undefined, text: text ?? 'it works' };
        },
        restart: async () => {
          machine.clock.schedule(0, () => process.asked.abort());
        },
      },
    },
  });
  if (world.starts !== process.start) return await client.close();
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
        version,
        pid: process.start,
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
    await client.run(process.asked.signal);
  } finally {
    over.abort();
    await client.close();
  }
}

/** A process that does nothing ends when it is asked to. */
function asked({ asked: { signal } }: ServiceProcess): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
