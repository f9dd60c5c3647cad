/**
 * Scenario `overloaded-site`: the site answers 429 and 503 during the whole set-up of a client.
 *
 * From the field: elastic/elastic-agent#15557 (one 429 of the server within the probation of an upgrade had a good version
 * rolled back); Retry-After: RFC 9110, 10.2.3; 429: RFC 6585, 4. What many machines do that come back together: the
 * "thundering herd" of every post-mortem of a site that did not come up again.
 */
import type { ClientRelease } from '@holdfast/contract';
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { carelessBootstrap, holdfastBootstrap } from '../new-client/bootstraps.ts';
import { live } from './life.ts';
import { drawWorld } from './world.ts';

const first = ({ packages }: ClientRelease) => packages[0];

export const overloadedSite = scenarioOf({
  name: 'overloaded-site',
  title: 'the site answers 429 and 503 during the whole set-up of a client (elastic-15557)',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'tries again at once, and blames the package after five failures', carelessBootstrap(first)],
    ['holdfast', 'the bootstrap: waits as long as it is asked to, and longer and longer', holdfastBootstrap],
  ]),
});
