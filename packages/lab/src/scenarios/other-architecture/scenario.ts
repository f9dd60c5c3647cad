/**
 * Scenario `other-architecture`: a machine is offered the client that was built for another architecture.
 *
 * From the field: agents of which the 32-bit build came over the 64-bit one, because what an update looks for is a product
 * and a version, and architecture is a word in a file's name. Here it is part of the identity: of a package in the release,
 * and of every component in its signed manifest.
 */
import type { ClientRelease } from '@holdfast/contract';
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { carelessBootstrap, holdfastBootstrap } from '../new-client/bootstraps.ts';
import { live, type Manager } from './life.ts';
import { drawWorld } from './world.ts';

const newest = ({ packages }: ClientRelease) => packages[0];
const careless: Manager = (other) => carelessBootstrap(newest, () => [other]);

export const otherArchitecture = scenarioOf({
  name: 'other-architecture',
  title: 'a machine is offered the client of another architecture',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'takes the newest package of the product', careless],
    ['holdfast', 'the bootstrap: architecture is part of the identity', () => holdfastBootstrap],
  ]),
});
