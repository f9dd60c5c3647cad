/** Has one event happen to an explored machine. */
import { isHoldfastError } from '@holdfast/contract';
import { readContent } from '../disk/content.ts';
import { makeFolders } from '../machine/machine.ts';
import { worldStart } from '../world/clock.ts';
import { filesBelow } from './disk-faults.ts';
import type { EventOf, ExploreEvent } from './events.ts';
import { faultKinds } from './events.ts';
import { damageClient } from './installed/apply.ts';
import { cutOff, restartMachine, tellPending } from './life.ts';
import { itemFolder, softwareOf } from './software.ts';
import type { World } from './world.ts';

export function applyEvent(world: World, event: ExploreEvent): void {
  const fault = faultKinds.find((kind) => kind === event.kind);
  if (fault) world.faults[fault]++;
  switch (event.kind) {
    case 'deploy':
      deploy(world, event);
      break;
    case 'withdraw':
      withdraw(world, event.item);
      break;
    case 'request':
      requestItem(world, event.item);
      break;
    case 'damage':
      damage(world, event);
      break;
    case 'client-damage':
    case 'starter-damage':
    case 'client-hang':
    case 'pulse-held':
    case 'set-up':
    case 'client-upgrade':
    case 'client-rollback':
      if (world.installed) damageClient(world, world.installed, event);
      break;
    case 'pending-restart':
      waitForRestart(world, event);
      break;
    case 'restart':
      restartMachine(world);
      break;
    case 'os-upgrade':
      world.timeline.tell('boot', `the operating system becomes version ${event.version}`);
      world.machine.boot.upgrade(String(event.version));
      world.ledger.newSystem();
      restartMachine(world);
      break;
    case 'power-cut':
      cutOff(world, event, { names: event.names, contents: event.contents });
      break;
    case 'client-kill':
      cutOff(world, event, 'kill');
      break;
    case 'disk-error':
      world.diskFaults.fail(event);
      break;
    case 'disk-full':
    case 'file-held':
      hinderDisk(world, event);
      break;
    case 'clock-jump':
    case 'sleep':
      bendTime(world, event);
      break;
    default:
      world.timeline.tell('network', `${event.kind} for ${Math.round(event.forMs / 1000)} s`);
      world.weather.begin(event);
  }
}

function deploy(world: World, event: EventOf<'deploy'>): void {
  const { site, machine, timeline } = world;
  const software = softwareOf(event, worldStart + machine.clock.elapsed());
  for (const file of software.files) site.addContent(file.bytes);
  world.deployed.set(event.item, software);
  world.every.set(`${event.item}.${event.version}`, software);
  site.deploy(software.assignment);
  const { intent, purpose } = event.draft;
  timeline.tell('site', `deploys app ${event.item}.${event.version}: ${intent}, ${purpose}`);
}

function withdraw(world: World, item: number): void {
  const software = world.deployed.get(item);
  if (!software) return;
  world.deployed.delete(item);
  world.site.withdraw(software.assignment.deploymentId);
  world.timeline.tell('site', `withdraws app ${item}`);
}

/** A person at the machine asks for an item, if the client knows it. */
export function requestItem(
  { client, deployed, every, ledger, broken, timeline }: World,
  item: number,
): void {
  const software = deployed.get(item);
  if (!client || !software) return;
  timeline.tell('client', `somebody asks for app ${item}`);
  // A run that has ended by now counts among those before.
  ledger.look(every.values());
  ledger.requested(item);
  client.requestInstall(software.assignment.deploymentId).catch((thrown: unknown) => {
    if (!isHoldfastError(thrown)) broken('I2', `a request failed without a code: ${String(thrown)}`);
  });
}

/** Somebody changes what is installed, or kept; the disk has it for good. */
function damage(world: World, { item, how }: EventOf<'damage'>): void {
  const { machine, timeline, deployed } = world;
  if (how === 'unregister') {
    if (machine.software.dpkg?.delete(itemFolder(item)))
      timeline.tell('services', `app ${item} is unregistered`);
    return;
  }
  const path =
    how === 'content'
      ? `/state/work/${deployed.get(item)?.assignment.deploymentId}/app.bin`
      : `/managed/${itemFolder(item)}/app.bin`;
  const found = filesBelow(machine.volume.root, '').find((one) => one.path === path);
  if (!found || found.file.content.length === 0) return;
  timeline.tell('services', `${path} is ${how === 'remove' ? 'removed' : 'changed'}`);
  if (how === 'remove') {
    const folder = makeFolders(machine.volume, path.slice(0, path.lastIndexOf('/')));
    machine.volume.remove({ folder, name: 'app.bin' });
    machine.volume.syncFolder(folder);
  } else {
    const [byte = 0] = readContent(found.file.content, 0, 1);
    machine.volume.write(found.file, 0, Uint8Array.of(byte ^ 1));
    machine.volume.syncFile(found.file);
  }
}

function waitForRestart(world: World, { item, forMs }: EventOf<'pending-restart'>): void {
  world.pending.add(item);
  tellPending(world);
  world.timeline.tell('services', `files of app ${item} wait for a restart`);
  world.machine.clock.schedule(forMs, () => {
    world.pending.delete(item);
    tellPending(world);
  });
}

function hinderDisk(world: World, event: EventOf<'disk-full'> | EventOf<'file-held'>): void {
  const { diskFaults, machine, timeline, ledger } = world;
  ledger.downfall();
  if (event.kind === 'disk-full') {
    diskFaults.fill(event.leftBytes);
    timeline.tell('power', 'the disk is full');
    machine.clock.schedule(event.forMs, diskFaults.free);
    return;
  }
  const held = diskFaults.hold(event.file);
  if (!held) return;
  timeline.tell('services', `somebody holds ${held.path}`);
  machine.clock.schedule(event.forMs, held.release);
}

function bendTime(world: World, event: EventOf<'clock-jump'> | EventOf<'sleep'>): void {
  const { machine, timeline, ledger } = world;
  ledger.timePassed();
  if (event.kind === 'clock-jump') {
    world.clockWasSet = true;
    machine.clock.stepWallClock(event.ms);
    timeline.tell('power', `the clock is set by ${Math.round(event.ms / 1000)} s`);
    return;
  }
  timeline.tell('power', `sleeps for ${Math.round(event.forMs / 1000)} s`);
  machine.power.suspend();
  machine.clock.schedule(event.forMs, machine.power.resume);
}
