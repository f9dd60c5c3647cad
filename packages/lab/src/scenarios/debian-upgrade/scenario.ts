/** Scenario `debian-upgrade`: Debian 11 becomes 12, and a driver from outside Debian is to come along. */
import { scenarioOf } from '../field/scenario-of.ts';
import { careless } from './careless.ts';
import { holdfast } from './holdfast.ts';
import { drawWorld } from './world.ts';

export const debianUpgrade = scenarioOf({
  name: 'debian-upgrade',
  title: 'Debian 11 is upgraded to 12 while dpkg is busy, and a driver from outside Debian is gone',
  drawWorld,
  profiles: [careless, holdfast],
});
