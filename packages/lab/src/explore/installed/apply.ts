/** Has one thing happen to the client itself, on a machine on which it was set up. */
import { setupPlaces } from '../../flows/client-setup/world.ts';
import { makeFolders } from '../../machine/machine.ts';
import { worldStart } from '../../world/clock.ts';
import { filesBelow } from '../disk-faults.ts';
import type { EventOf } from '../events.ts';
import type { World } from '../world.ts';
import { bytesOf, type Installed } from './installed.ts';
import { runBootstrap } from './set-up.ts';
import { behaviourOf, order } from './versions.ts';

type OwnEvent = EventOf<
  | 'client-damage'
  | 'starter-damage'
  | 'client-hang'
  | 'pulse-held'
  | 'set-up'
  | 'client-upgrade'
  | 'client-rollback'
>;

export function damageClient(world: World, installed: Installed, event: OwnEvent): void {
  const { machine, timeline, diskFaults } = world;
  switch (event.kind) {
    case 'set-up':
      timeline.tell('client', 'somebody has the set-up run');
      runBootstrap(world, installed, true);
      break;
    case 'client-hang':
      if (world.client) hang(world, installed);
      break;
    case 'pulse-held': {
      const held = diskFaults.holdAt(`${setupPlaces.state}/pulse`);
      if (!held) return;
      timeline.tell('services', `somebody holds ${held.path}`);
      machine.clock.schedule(event.forMs, held.release);
      break;
    }
    case 'client-upgrade':
    case 'client-rollback': {
      const ordered = order(installed.versions, event, worldStart + machine.clock.elapsed());
      if (!ordered) return;
      const { name } = behaviourOf(installed.versions, ordered.version);
      timeline.tell('site', `orders version ${ordered.version}, as ${ordered.action}; it ${name}`);
      break;
    }
    case 'starter-damage':
      damageStarter(world, installed, event);
      break;
    case 'client-damage':
      damageFile(world, installed, event);
  }
}

const changeOf = {
  stop: { active: false },
  disable: { enabled: false },
  redefine: { asDefined: false },
  remove: { present: false, asDefined: false, enabled: false, active: false },
} as const;

/** Nothing of it goes on, and its manager is not answered any more. */
function hang({ timeline }: World, installed: Installed): void {
  timeline.tell('client', 'the client hangs');
  installed.service.hang();
}

function damageStarter(
  { machine, timeline }: World,
  installed: Installed,
  { name, how }: EventOf<'starter-damage'>,
): void {
  const { starters } = machine;
  if (!starters.get(name).present) return;
  installed.damages += 1;
  timeline.tell('services', `somebody's hand is on the ${name}: ${how}`);
  starters.set(name, changeOf[how]);
}

/** For good: a power cut does not bring back what somebody has removed. */
function damageFile(
  { machine, timeline }: World,
  installed: Installed,
  event: EventOf<'client-damage'>,
): void {
  const { volume } = machine;
  const own = [`${setupPlaces.install}/`, `${setupPlaces.state}/package/`];
  const files = filesBelow(volume.root, '').filter(({ path }) => own.some((place) => path.startsWith(place)));
  const found = files[event.file % Math.max(1, files.length)];
  if (!found || found.file.content.length === 0) return;
  const { path, file } = found;
  installed.damages += 1;
  timeline.tell('services', `${path} is damaged: ${event.how}`);
  if (event.how === 'remove') {
    const folder = makeFolders(volume, path.slice(0, path.lastIndexOf('/')));
    volume.remove({ folder, name: path.slice(path.lastIndexOf('/') + 1) });
    volume.syncFolder(folder);
    return;
  }
  if (event.how === 'empty') volume.truncate(file, 0);
  else volume.write(file, 0, Uint8Array.of((bytesOf(file)[0] ?? 0) ^ 1));
  volume.syncFile(file);
}
