/**
 * Scenario `page-for-a-package`: what comes in place of the client's package is a page for people, of any size, with status 200.
 *
 * From the field: the release notes of MeshCentral 1.3.1 (its agent had saved error pages of HTTP as the new version of
 * itself); fleetdm/fleet#24710 (a download that is never whole is tried for ever and shown as pending); the sign-in pages of
 * hotels and of inspecting proxies (RFC 8952, captive portals).
 */
import type { ClientRelease } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import { profilesOf } from '../field/profiles.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { type Bootstrap, carelessBootstrap, holdfastBootstrap } from '../new-client/bootstraps.ts';
import { becomeClient } from '../new-client/life.ts';
import { lying, newClientScene } from '../new-client/scene.ts';
import { drawWorld, pageAnswer, type World } from './world.ts';

async function live(bootstrap: Bootstrap, world: World, random: Random): Promise<Life> {
  const scene = newClientScene(random, ({ path }, { stage, release }) =>
    path.startsWith(world.route) && stage.clock.elapsed() < world.forMs
      ? pageAnswer(world, release.bytes.length)
      : undefined,
  );
  return await becomeClient(scene, bootstrap, world.forMs, () =>
    lying(scene, scene.release) === 'something else' ? ['a page lies where the client should be'] : [],
  );
}

const first = ({ packages }: ClientRelease) => packages[0];

export const pageForAPackage = scenarioOf({
  name: 'page-for-a-package',
  title: 'a page for people comes in place of the package of the client',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'saves what came with status 200, and runs it', carelessBootstrap(first)],
    ['holdfast', 'the bootstrap: type, length and hash before anything is touched', holdfastBootstrap],
  ]),
});
