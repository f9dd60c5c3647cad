/** The lives of the client on an explored machine: started like a service manager does, cut off by kills and power cuts. */
import type { ClientEvent } from '@holdfast/client';
import { isHoldfastError, statusCatalogue } from '@holdfast/contract';
import type { Damage } from '../disk/damage.ts';
import { openClient } from '../flows/open-client.ts';
import { checkPromises } from './check.ts';
import { managedRoot, siteHost, stateFolder, type World } from './world.ts';

/** Milliseconds: until the service manager starts an ended client again, and until a machine has started. */
const restartMs = 5_000;
const bootMs = 20_000;

const statusNames = new Set<string>(Object.values(statusCatalogue).map(({ name }) => name));

/** Starts the client, which enrols if it has not yet; when it ends it is started again. */
export function startClient(world: World): void {
  const { machine, site, broken } = world;
  const start = ++world.starts;
  const faultsBefore = world.diskFaults.failed;
  let opened = false;
  const live = async () => {
    const client = await openClient(machine.ports('client'), {
      folder: stateFolder,
      root: managedRoot,
      site: `https://${siteHost}`,
      version: '1.0.0',
      log: (event) => hear(world, event),
    });
    if (world.starts !== start) return;
    opened = true;
    world.client = client;
    checkPromises(world);
    if (client.status().clientId === null) ({ clientId: world.clientId } = await client.enrol(site.token));
    await client.run(new AbortController().signal);
  };
  live().catch((thrown: unknown) => {
    if (world.starts !== start) return;
    world.timeline.tell('client', `the client ends: ${String(thrown)}`);
    if (!isHoldfastError(thrown)) broken('I2', `the client ended without a code: ${String(thrown)}`);
    const faultless = !world.diskFaults.active && world.diskFaults.failed === faultsBefore;
    // A client that cannot be opened on a full disk could not make room either.
    const full = world.clientId !== undefined && isHoldfastError(thrown, 'disk.full');
    if (!opened && (faultless || full)) broken('I2', `the client cannot be opened: ${String(thrown)}`);
    world.client = undefined;
    startLater(world, restartMs);
  });
}

function startLater(world: World, ms: number): void {
  const start = ++world.starts;
  world.machine.clock.schedule(ms, () => {
    if (world.starts === start) startClient(world);
  });
}

/** What the client says of itself, after it was committed. */
function hear(world: World, { event, text, deploymentId, severity }: ClientEvent): void {
  const { timeline, ledger, said } = world;
  const known = statusNames.has(event) && !text.startsWith('It could not be recorded');
  if (known || severity !== 'info') timeline.tell('client', text);
  if (!known) return;
  said.push({ deploymentId, text });
  if (event === 'program-started') ledger.started();
  if (event !== 'software-verified' && event !== 'software-repaired') return;
  for (const software of world.every.values()) {
    const { name, version } = software.assignment.package;
    if (text.startsWith(`${name} ${version} `)) ledger.verified(software);
  }
}

/** Ends the client's life at its port call of this number from now on. */
export function cutOff(
  world: World,
  { calls, when }: { readonly calls: number; readonly when: 'before' | 'after' },
  how: Damage | 'kill',
): void {
  const { machine } = world;
  machine.stopAt({
    call: machine.callCount() + calls + 1,
    when,
    action: () => {
      machine.stopAt(undefined);
      if (how === 'kill') killClient(world);
      else cutPower(world, how);
    },
  });
}

export function killClient(world: World): void {
  world.timeline.tell('client', 'the client is killed');
  world.machine.kill();
  afterDownfall(world, restartMs);
}

export function cutPower(world: World, damage: Damage): void {
  world.timeline.tell('power', `the power is cut: names ${damage.names}, contents ${damage.contents}`);
  goDown(world, damage);
}

/** In good order: everything on its way to the disk arrives there. */
export function restartMachine(world: World): void {
  world.timeline.tell('power', 'the machine restarts');
  goDown(world, { names: 'kept', contents: 'kept' });
}

function goDown(world: World, damage: Damage): void {
  const { machine, ledger } = world;
  ledger.look(world.every.values());
  ledger.ends('lost');
  machine.powerCut(damage);
  world.pending.clear();
  tellPending(world);
  afterDownfall(world, bootMs);
}

function afterDownfall(world: World, ms: number): void {
  world.client = undefined;
  world.ledger.downfall();
  checkPromises(world);
  startLater(world, ms);
}

/** Has the registry say which items wait for a restart. */
export function tellPending({ machine, pending }: World): void {
  const lines = [...pending].map((item) => `\\??\\C:\\app-${item}\\app.bin\n`);
  machine.software.registry.set(
    {
      hive: 'HKLM',
      key: 'SYSTEM\\CurrentControlSet\\Control\\Session Manager',
      name: 'PendingFileRenameOperations',
      view: '64',
    },
    lines.join('\n'),
  );
}
