/** The first minutes of a machine that is to become a client: somebody has the bootstrap run. */
import type { World } from '../world.ts';
import type { Installed } from './installed.ts';
import { armSecond } from './second.ts';
import { armService } from './service.ts';
import { runBootstrap } from './set-up.ts';

export function beginInstalled(world: World, installed: Installed): void {
  const { starters } = world.machine;
  for (const name of ['service', 'second'] as const) {
    starters.set(name, { present: false, asDefined: false, enabled: false, active: false });
  }
  armService(world, installed);
  armSecond(world, installed);
  runBootstrap(world, installed, true);
}
