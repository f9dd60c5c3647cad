/** One machine: Windows is upgraded beneath Tool 2.0 and whoever manages it, and its first boot is slow. */

import { answerLimitMs } from '../../windows/services.ts';
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, minute, second } from '../field/times.ts';
import { type Manager, notThere, type ToolScene, toolScene } from '../field/tool-scene.ts';
import { removeFile, toolFolder } from '../field/two-versions.ts';
import type { World } from './world.ts';

/** ERROR_SERVICE_REQUEST_TIMEOUT. */
const errorNoAnswer = 1053;
/** Everything is well so long after the last thing that stood in the way. */
const healingMs = 5 * minute;
/** A client that was not told otherwise asks for its policy within so long of its start. */
const firstPollMs = 6 * minute;
const pastMs = 20 * minute;

export type Agent = {
  /** Brings Tool 2.0 onto the machine, before the upgrade. */
  readonly install: Manager;
  /** Its service begins its work; `answered` tells the service manager that it runs. */
  readonly start: (scene: ToolScene, answered: () => void) => void;
};

export async function live(agent: Agent, world: World, random: Random): Promise<Life> {
  const gates = [{ kind: 'boot-settled', name: 'boot-settled' }] as const;
  const scene = toolScene(random, { set: { pieceMs: second / 2 }, gates });
  const { stage, machine } = scene.managed;
  const { clock, timeline, trace } = stage;
  agent.install(scene);
  await until(clock, pastMs);
  upgrade(scene, world);
  const began = clock.elapsed();
  const service = firstBoot(agent, scene, world, random.stream('disk'));
  await until(clock, began + world.settledAtMs + healingMs);
  const unhealed = notThere(scene);
  const firstContactMs = Math.max(world.networkAtMs, world.serviceAtMs + firstPollMs) + healingMs;
  await until(clock, began + firstContactMs);
  const known = knowsEpoch(scene, machine.boot.system().epoch);
  await until(clock, began + hour);
  const [problem] = [
    service.runs ? undefined : 'the service did not answer in time, and does not run',
    unhealed,
    notThere(scene),
    known ? undefined : 'the site does not know of the new Windows',
    scene.lane.state() === 'succeeded' ? undefined : `the site knows Tool as ${scene.lane.state()}`,
    ...scene.managed.end(),
  ].filter((one) => one !== undefined);
  const fine = 'the service runs, Tool 2.0 is whole, and the site knows of the new Windows';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}

function knowsEpoch({ managed, lane }: ToolScene, epoch: string): boolean {
  const facts = [...managed.site.clients.values()].some((client) => client.facts.osEpoch === epoch);
  return facts || lane.known.some(({ text }) => text.includes(epoch));
}

/** What set-up of the newer Windows does, up to its restart. */
function upgrade({ managed }: ToolScene, { fileLost }: World): void {
  const { machine, stage } = managed;
  stage.timeline.tell('power', 'set-up of a newer Windows restarts the machine');
  machine.powerCut({ names: 'kept', contents: 'kept' });
  machine.boot.upgrade('10.0.26100');
  if (!fileLost) return;
  const lost = `${toolFolder}\\tool.dll`;
  removeFile(machine, lost);
  stage.timeline.tell('boot', `set-up leaves ${lost} behind in the old Windows`);
}

/** From the power on until the network is there; nobody waits for it here. */
function firstBoot(agent: Agent, scene: ToolScene, world: World, random: Random): { readonly runs: boolean } {
  const { machine, stage } = scene.managed;
  const { clock, timeline } = stage;
  let state: 'waiting' | 'runs' | 'given up' = 'waiting';
  const seconds = (ms: number): string => (ms / second).toFixed(1);
  timeline.tell('boot', 'Windows starts for the first time after the upgrade');
  machine.boot.stillStarting('Windows is still setting up devices and profiles');
  machine.power.slowDown(() => 1 + random.integer(world.slowestCallMs));
  machine.network.fault = () => 'unreachable';

  clock.schedule(world.serviceAtMs, () => {
    const startedAt = clock.elapsed();
    timeline.tell('services', 'the service manager starts the service of the client');
    const giveUp = clock.schedule(answerLimitMs, () => {
      state = 'given up';
      machine.kill();
      const text = 'the service did not answer within 30 s: given up, and not started again';
      timeline.tell('services', text, { win32: errorNoAnswer });
    });
    clock.schedule(world.loadMs, () =>
      agent.start(scene, () => {
        if (state !== 'waiting') return;
        giveUp();
        state = 'runs';
        timeline.tell('services', `the service answers after ${seconds(clock.elapsed() - startedAt)} s`);
      }),
    );
  });
  clock.schedule(world.settledAtMs, () => {
    timeline.tell('boot', 'everything has started');
    machine.power.slowDown(() => 0);
    machine.boot.stillStarting(undefined);
  });
  clock.schedule(world.networkAtMs, () => {
    timeline.tell('network', 'the network is there');
    machine.network.fault = () => undefined;
  });
  return {
    get runs() {
      return state === 'runs';
    },
  };
}
