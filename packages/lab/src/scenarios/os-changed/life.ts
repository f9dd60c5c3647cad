/** One machine: Windows XP becomes 7, and 7 becomes 10, beneath Tool 2.0 and whoever manages it. */
import { statusEntry } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, minute, second } from '../field/times.ts';
import { notThere } from '../field/tool-scene.ts';
import { removeFile, toolFolder } from '../field/two-versions.ts';
import { openScene, packagedDriver, type Scene } from './scene.ts';
import { firstWindows, type Step, type World } from './world.ts';

/** Who manages the machine, and cares for a driver on it. */
export type Agent = {
  readonly install: (scene: Scene) => void;
  /** Windows has started for the first time after an upgrade. */
  readonly started: (scene: Scene, step: Step) => void;
  /** Variants of its driver that are there. */
  readonly drivers: (scene: Scene) => readonly string[];
};

/** All is well so long after the last thing that stood in the way. */
const healingMs = 15 * minute;
const lookMs = minute;

export async function live(agentFor: () => Agent, world: World, random: Random): Promise<Life> {
  const agent = agentFor();
  const scene = openScene(random);
  const { machine, stage } = scene.managed;
  const { timeline, trace, clock } = stage;
  machine.boot.upgrade(firstWindows.version, firstWindows.name);
  agent.install(scene);
  await until(clock, hour);
  const problems: (string | undefined)[] = [missing(agent, scene, firstWindows.driver)];
  for (const step of world.steps) {
    await until(clock, clock.elapsed() + world.stayMs);
    problems.push(await goThrough(agent, scene, step), ...(await look(agent, scene, step)));
  }
  const [problem] = [...problems, ...scene.managed.end()].filter((one) => one !== undefined);
  const fine =
    'one client, Tool 2.0 and the right driver through both upgrades, and the site has heard of all of it';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}

const missing = (agent: Agent, scene: Scene, driver: string) =>
  agent.drivers(scene).includes(driver) ? undefined : `the screen driver for ${driver} is not there`;

/** Set-up of the newer Windows, and the time until all is well again. Answers what went wrong on the way. */
async function goThrough(agent: Agent, scene: Scene, step: Step): Promise<string | undefined> {
  const { managed, protection } = scene;
  const { machine, stage } = managed;
  const { clock, timeline } = stage;
  const { to, downMs } = step;
  managed.restartMachine(`set-up of ${to.name} restarts the machine`, downMs);
  machine.boot.upgrade(to.version, to.name);
  machine.boot.stillStarting('Windows is still setting up devices');
  protection.set(false);
  machine.network.fault = () => 'unreachable';
  const lost = [
    ...(step.toolLost ? [`${toolFolder}\\tool.dll`] : []),
    ...(step.driverLost ? [packagedDriver(to.driver)] : []),
  ];
  for (const path of lost) removeFile(machine, path);
  if (lost.length > 0) timeline.tell('boot', `set-up leaves behind: ${lost.join(', ')}`);
  const later = (ms: number, act: () => void) => clock.schedule(downMs + ms, act);
  later(second, () => agent.started(scene, step));
  later(step.settledAtMs, () => {
    timeline.tell('boot', 'everything has started');
    machine.boot.stillStarting(undefined);
  });
  later(step.networkAtMs, () => {
    timeline.tell('network', 'the network is there');
    machine.network.fault = () => undefined;
  });
  later(step.protectionAtMs, () => {
    timeline.tell('services', 'file protection is initialised');
    protection.set(true);
  });
  const last = Math.max(step.settledAtMs, step.networkAtMs, step.protectionAtMs);
  const end = clock.elapsed() + downMs + last + healingMs;
  let bare: string | undefined;
  while (clock.elapsed() < end) {
    await until(clock, Math.min(clock.elapsed() + lookMs, end));
    if (agent.drivers(scene).length === 0) bare ??= 'for a time there was no screen driver at all';
  }
  return bare;
}

/** What is not as it should be on the new Windows, and what the site does not know. */
async function look(agent: Agent, scene: Scene, { to }: Step): Promise<readonly (string | undefined)[]> {
  const { managed, lane } = scene;
  const { site, machine } = managed;
  const left = agent.drivers(scene).filter((one) => one !== to.driver);
  const epochs = [...site.clients.values()].map(({ facts }) => facts.osEpoch);
  const { epoch } = machine.boot.system();
  const names = managed.messages().map(({ code }) => statusEntry(code));
  const since = names.slice(names.findLastIndex((entry) => entry?.name === 'os-changed') + 1);
  const known = lane.known.some(({ text }) => text.includes(epoch));
  return [
    missing(agent, scene, to.driver),
    left.length > 0 ? `the old screen driver ${left.join(', ')} was left` : undefined,
    notThere(scene),
    epochs.length > 1 ? `the site has the machine ${epochs.length} times` : undefined,
    epochs.includes(epoch) || known ? undefined : `the site does not know of ${to.name}`,
    lane.state() === 'succeeded' ? undefined : `the site knows Tool as ${lane.state()}`,
    epochs.length === 0 || since.some((entry) => entry?.state === 'succeeded')
      ? undefined
      : 'the site was not told of Tool since',
  ];
}
