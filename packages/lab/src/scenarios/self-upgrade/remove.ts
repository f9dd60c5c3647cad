/** Somebody removes a version from the disk, for good. */
import { stateFolder } from '../../flows/client-service.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';

export function removeTreeOn({ volume }: Pick<SimulatedMachine, 'volume'>, version: string): void {
  const folder = makeFolders(volume, `${stateFolder}/versions/${version}/core`);
  for (const name of [...folder.entries.keys()]) volume.remove({ folder, name });
  volume.syncFolder(folder);
}
