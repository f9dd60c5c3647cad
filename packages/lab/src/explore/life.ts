/** The lives of the client on an explored machine: started like a service manager does, cut off by kills and power cuts. */
import { isHoldfastError } from '@holdfast/contract';
import type { Damage } from '../disk/damage.ts';
import { openClient } from '../flows/open-client.ts';
import { checkPromises } from './check.ts';
import { hear } from './hear.ts';
import { type Installed, noService } from './installed/installed.ts';
import { armSecond } from './installed/second.ts';
import { startService } from './installed/service.ts';
import { runBootstrap } from './installed/set-up.ts';
import { managedRoot, siteHost, stateFolder, type World } from './world.ts';

/** Milliseconds: until the service manager starts an ended client again, and until a machine has started. */
const restartMs = 5_000;
const bootMs = 20_000;

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
  const { machine, ledger, installed } = world;
  ledger.look(world.every.values());
  ledger.ends('lost');
  machine.powerCut(damage);
  world.pending.clear();
  tellPending(world);
  if (installed) armSecond(world, installed);
  afterDownfall(world, bootMs);
}

function afterDownfall(world: World, ms: number): void {
  world.client = undefined;
  world.ledger.downfall();
  checkPromises(world);
  if (world.installed) comeBack(world, world.installed, ms);
  else startLater(world, ms);
}

/** The service manager starts what is enabled, and the hook of a set-up that is under way goes on with it. */
function comeBack(world: World, installed: Installed, ms: number): void {
  const nobody = { folderTaken: false, setUpRuns: false, secondRuns: false, reinstalls: false };
  Object.assign(installed, { ...nobody, service: noService });
  const start = ++world.starts;
  world.machine.clock.schedule(ms, () => {
    if (world.starts !== start) return;
    runBootstrap(world, installed);
    if (world.machine.starters.get('service').active) startService(world, installed);
  });
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
