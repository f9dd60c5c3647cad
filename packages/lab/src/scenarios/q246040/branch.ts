/** The machines of the branch, each with the files of its agents. */
import { sha256 } from '@holdfast/contract';
import { makeFolders } from '../../machine/machine.ts';
import type { SimulatedNetwork } from '../../site/network.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { hashOf, putAt } from '../field/disk.ts';
import { at, type ManagedMachine, managedMachine, type Stage } from '../field/managed-machine.ts';
import type { Line } from './line.ts';
import { type AgentName, agents, type ClientFate, type World } from './world.ts';

export const agentFolder = 'C:\\WINNT\\MS\\SMS';
/** Bytes on a simulated disk for a megabyte of the field: a thousandth. */
export const bytesOfMegabyte = 1000;

export type AgentFile = { readonly name: AgentName; readonly fileName: string; readonly bytes: Uint8Array };

export type Workplace = {
  readonly fate: ClientFate;
  readonly managed: ManagedMachine;
  /** Every enabled agent is there, byte for byte. */
  isWhole(): boolean;
};

export type Branch = {
  readonly stage: Stage;
  readonly line: Line;
  readonly site: SimulatedSite;
  readonly files: readonly AgentFile[];
  readonly workplaces: readonly Workplace[];
};

/** The enabled agents as files; the same on every machine. */
export function agentFiles(random: Random, { enabled }: World): readonly AgentFile[] {
  return agents
    .filter(({ name }) => enabled.includes(name))
    .map(({ name, megabytes }) => ({
      name,
      fileName: `${name.replaceAll(' ', '')}.dll`,
      bytes: random.bytes(megabytes * bytesOfMegabyte),
    }));
}

/** A machine with its agents, as they were installed thirty days ago; what its fate destroys, it destroys. */
export async function newWorkplace(
  random: Random,
  fate: ClientFate,
  shared: { stage: Stage; site: SimulatedSite; network: SimulatedNetwork; files: readonly AgentFile[] },
): Promise<Workplace> {
  const { stage, site, network, files } = shared;
  const managed = managedMachine(random, stage, {
    pollSeconds: 3600,
    hostName: fate.name,
    quiet: true,
    site,
    network,
  });
  const { machine } = managed;
  makeFolders(machine.volume, agentFolder);
  const ports = machine.ports('set-up');
  for (const { fileName, bytes } of files) await putAt(ports, agentFolder, fileName, bytes);
  const { damage } = fate;
  const damaged = files.find(({ name }) => name === damage?.agent);
  if (damage && damaged) {
    at(stage.clock, damage.at, () => {
      stage.timeline.tell('boot', `${fate.name}: ${damaged.fileName} is ${damage.how}`);
      const folder = makeFolders(machine.volume, agentFolder);
      if (damage.how === 'deleted') machine.volume.remove({ folder, name: damaged.fileName });
      else
        void putAt(
          ports,
          agentFolder,
          damaged.fileName,
          damaged.bytes.map((byte) => byte ^ 1),
        );
    });
  }
  return {
    fate,
    managed,
    isWhole: () =>
      files.every(({ fileName, bytes }) => hashOf(machine, agentFolder, fileName) === sha256(bytes)),
  };
}
