/**
 * Profile `careless`: an agent that installs the driver for the system it finds when it starts, at once and once for each
 * system. Its script ends with the exit code of its last line, which is not that of dpkg; it never looks again.
 */
import { openPath, readWhole, replaceFile, splitPath, withOpen } from '@holdfast/engine';
import type { MachinePorts } from '@holdfast/ports';
import { managedRoot } from '../../flows/client-service.ts';
import type { FieldProfile } from '../field/scenario-of.ts';
import { type Keeper, live, type Scene } from './life.ts';
import { driverArchive } from './system.ts';
import type { World } from './world.ts';

const agentFolder = 'var/lib/agent';
const doneFor = 'installed-for';

/** The system that it installed the driver for last, as it remembers. */
async function remembered({ disk }: MachinePorts): Promise<string | undefined> {
  return await withOpen(disk.open(managedRoot), async (root) =>
    withOpen(openPath(root, splitPath(agentFolder), { create: true }), async (folder) => {
      if ((await folder.entry(doneFor)) === undefined) return undefined;
      return Buffer.from(await readWhole(folder, doneFor, 100)).toString('utf8');
    }),
  );
}

async function remember({ disk }: MachinePorts, release: string): Promise<void> {
  await withOpen(disk.open(`${managedRoot}/${agentFolder}`), (folder) =>
    replaceFile(folder, doneFor, Buffer.from(release, 'utf8')),
  );
}

async function atStart({ machine, stage: { timeline }, world }: Scene, done: () => void): Promise<void> {
  const ports = machine.ports('agent');
  await ports.clock.sleep(world.clientWorkMs);
  const release = machine.release();
  if ((await remembered(ports)) === release) {
    timeline.tell('client', `the driver was installed for Debian ${release} before: nothing to do`);
    return;
  }
  await remember(ports, release);
  const words = [`--root=${managedRoot}`, '-i', driverArchive(release)];
  const { exit } = await ports.processes.start({ program: 'dpkg', arguments: words, folder: managedRoot });
  const { code, output } = await exit;
  const said = code === 0 ? '' : ` (dpkg: ${code}, ${output.split('\n')[0] ?? ''})`;
  timeline.tell('client', `the driver for Debian ${release} is installed: the script ended with 0${said}`);
  done();
}

function agent(scene: Scene): Keeper {
  let installed = false;
  const problems: string[] = [];
  return {
    started() {
      const done = () => {
        installed = true;
      };
      atStart(scene, done).catch(
        (thrown: unknown) => void problems.push(`the agent ended: ${String(thrown)}`),
      );
    },
    stopped: () => undefined,
    ready: () => installed,
    problems: () => problems,
  };
}

export const careless: FieldProfile<World> = {
  name: 'careless',
  summary: 'an agent that installs while dpkg is locked, believes its script, and never looks again',
  live: (world, random) => live(world, random, agent),
};
