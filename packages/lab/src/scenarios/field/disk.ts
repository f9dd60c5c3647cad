/** Files on the disk of a managed machine, put and looked at from outside. */
import { sha256 } from '@holdfast/contract';
import type { Folder, MachinePorts } from '@holdfast/ports';
import { readContent } from '../../disk/content.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';

/** SHA-256 of a file in a folder that exists; undefined where it is not there. */
export function hashOf({ volume }: SimulatedMachine, folder: string, name: string): string | undefined {
  const node = makeFolders(volume, folder).entries.get(name);
  if (node?.kind !== 'file') return undefined;
  return sha256(readContent(node.content, 0, node.content.length));
}

/** Writes a file anew. `pause` comes after every piece; what cuts it off there leaves a file that is not whole. */
export async function writePieces(
  folder: Folder,
  name: string,
  bytes: Uint8Array,
  pieces: number,
  pause: () => Promise<void>,
): Promise<void> {
  if (await folder.entry(name)) await folder.remove(name);
  await using file = await folder.create(name);
  const size = Math.ceil(bytes.length / pieces);
  for (let start = 0; start < bytes.length; start += size) {
    await file.write(start, bytes.subarray(start, start + size));
    await pause();
  }
  await file.sync();
}

/** Puts a file at once; its folder is made. */
export async function putAt(
  { disk }: Pick<MachinePorts, 'disk'>,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await using place = await disk.open(folder);
  await writePieces(place, name, bytes, 1, async () => undefined);
}
