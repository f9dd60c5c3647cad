/** The program of the advertisement and a file of the client, on a managed machine. */
import { sha256 } from '@holdfast/contract';
import { makeFolders } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { hashOf, putAt, writePieces } from '../field/disk.ts';
import type { ManagedMachine } from '../field/managed-machine.ts';
import type { World } from './world.ts';

export const applicationFolder = 'C:\\Program Files\\Ledger';
export const applicationFiles = ['Ledger.exe', 'Ledger.dat'] as const;
export const clientFolder = 'C:\\WINNT\\MS\\SMS';
export const clientFile = 'Wuser32.exe';
export const setup = 'setup.exe';
export const mend = 'mend.exe';

export type Software = {
  /** SHA-256 of the files of the new version, by their names. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly clientHash: string;
  /** The people's program is there in one piece, old or new; `undefined` where it is neither. */
  version(): 'old' | 'new' | undefined;
  isClientWhole(): boolean;
  /** Programs that ran at the same time, or were ended in the middle, in words. */
  readonly mishaps: readonly string[];
};

/** Puts the old version and the client's file on the machine, and the installers of both. */
export async function putSoftware(managed: ManagedMachine, random: Random, world: World): Promise<Software> {
  const { machine } = managed;
  const bytes = () => new Map(applicationFiles.map((name) => [name, random.bytes(6000)]));
  const [old, fresh] = [bytes(), bytes()];
  const clientBytes = random.bytes(3000);
  const mishaps: string[] = [];
  const ports = machine.ports('set-up');
  makeFolders(machine.volume, applicationFolder);
  makeFolders(machine.volume, clientFolder);
  for (const [name, content] of old) await putAt(ports, applicationFolder, name, content);
  await putAt(ports, clientFolder, clientFile, clientBytes);
  const alone = () => {
    if (machine.programs.running().length > 1) mishaps.push('two programs ran at once');
  };
  machine.programs.programs.set(setup, async ({ disk, clock }) => {
    alone();
    await using folder = await disk.open(applicationFolder);
    const each = world.pieces / applicationFiles.length;
    for (const [name, content] of fresh) {
      await writePieces(folder, name, content, each, () => clock.sleep(world.pieceMs));
    }
    return 0;
  });
  machine.programs.programs.set(mend, async ({ disk }) => {
    alone();
    await putAt({ disk }, clientFolder, clientFile, clientBytes);
    return 0;
  });
  const isOf = (files: ReadonlyMap<string, Uint8Array>) =>
    [...files].every(([name, content]) => hashOf(machine, applicationFolder, name) === sha256(content));
  return {
    wanted: new Map([...fresh].map(([name, content]) => [name, sha256(content)])),
    clientHash: sha256(clientBytes),
    version: () => (isOf(fresh) ? 'new' : isOf(old) ? 'old' : undefined),
    isClientWhole: () => hashOf(machine, clientFolder, clientFile) === sha256(clientBytes),
    mishaps,
  };
}
