/**
 * Scenario `foreign-agent`: another vendor's agent is taken over, and our own screen driver leans on what that one brings.
 *
 * No report is retold here. Whoever changes from one remote control to another by a script learns afterwards, of some
 * machines, that the new one cannot show their screen; those are out of reach then.
 */

import { setupPlaces, siteAddress } from '../../flows/client-setup/world.ts';
import { agentRule } from '../../flows/installed-client/foreign-agent.ts';
import { openClient } from '../../flows/open-client.ts';
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { live, type Manager, type Scene } from './life.ts';
import { drawWorld } from './world.ts';

const [service = ''] = agentRule.remoteControl.services;

async function removeAgent({ machine }: Scene): Promise<void> {
  const { processes } = machine.ports('script');
  const running = await processes.start({
    program: 'dpkg',
    arguments: ['--remove', 'remotely'],
    folder: '/',
  });
  await running.exit;
}

/** Removes first, and then looks whether its own driver works. */
const removesFirst: Manager = async (scene) => {
  if (scene.agent().packaged()) await removeAgent(scene);
  scene.timeline.tell('client', scene.works() ? 'our driver works' : 'our driver fails, and is reported');
};

/** Tests before each step, and stops where it fails: with theirs as it is then. */
const noWayBack: Manager = async (scene) => {
  const { machine, timeline, works, agent } = scene;
  const fails = (when: string) => timeline.tell('client', `our driver fails ${when}, and is reported`);
  if (!works()) return fails('from the beginning');
  const { services } = machine.ports('script');
  if (agent().runs()) await services?.stop(service);
  if (!works()) return fails('without their service');
  if (agent().packaged()) await removeAgent(scene);
  if (!works()) fails('without their package');
};

const told: ReadonlySet<string> = new Set([
  'takeover-waits',
  'takeover-begun',
  'agent-taken-over',
  'agent-put-back',
  'takeover-held',
  'client-fault',
]);

const holdfast: Manager = async ({ machine, client: { release }, timeline, works }) => {
  const { state, install, root } = setupPlaces;
  const client = await openClient(machine.ports('client'), {
    folder: state,
    root,
    site: siteAddress,
    version: release.version,
    log: ({ event, text }) => {
      if (told.has(event)) timeline.tell('client', text);
    },
    installation: {
      place: { installFolder: install, versionFolder: `${install}/seed` },
      releaseKey: release.releaseKey,
      testDriver: async () => ({ passed: works(), text: works() ? 'one picture' : 'the screen stays black' }),
    },
  });
  await client.run(new AbortController().signal);
};

export const foreignAgent = scenarioOf({
  name: 'foreign-agent',
  title: "Another vendor's agent is taken over, on whose service or files our own screen driver leans",
  drawWorld,
  profiles: profilesOf(live, [
    ['removes-first', 'the agent is removed, then our driver is tested', () => removesFirst],
    ['no-way-back', 'tested before each step, but nothing is put back', () => noWayBack],
    [
      'holdfast',
      'the client: kept, stopped, tested, removed, tested; put back where that fails',
      () => holdfast,
    ],
  ]),
});
