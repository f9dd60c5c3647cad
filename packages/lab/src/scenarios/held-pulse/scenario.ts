/**
 * Scenario `held-pulse`: the file by which a client shows that it lives cannot be written, while the client works and answers.
 *
 * From the field: LanternOps/breeze#2763 and #2769 (a watchdog that went by one file and one ping ended a healthy agent five
 * times in nine minutes, and then left it stopped). Antivirus programs hold files for as long as it suits them.
 */
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { carelessStarter, holdfastStarter, live } from './life.ts';
import { drawWorld } from './world.ts';

export const heldPulse = scenarioOf({
  name: 'held-pulse',
  title: 'the sign of life of a client cannot be written, while the client works and answers (breeze-2763)',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'an old sign of life is proof enough of a death', carelessStarter],
    ['holdfast', 'the second starter: two proofs that do not share a cause', holdfastStarter],
  ]),
});
