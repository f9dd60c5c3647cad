/** Files put on a simulated disk, damaged and looked at from outside: no port is called, and all of it is durable. */
import { readContent } from '../disk/content.ts';
import type { FileNode, FolderNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';
import type { Random } from '../world/random.ts';
import { makeFolders } from './machine.ts';

/** Puts a file at an absolute path, with the folders that it lies in; one that is there is replaced. */
export function layFile(volume: Volume, path: string, bytes: Uint8Array): void {
  const place = placeOf(volume, path);
  if (place.folder.entries.has(place.name)) volume.remove(place);
  const file = volume.newFile(place, 0o644);
  volume.write(file, 0, bytes);
  volume.syncFile(file);
  volume.syncFolder(place.folder);
}

/** All files below an absolute path as they are read, each by its path from there. Links are left out. */
export function filesBelow(volume: Volume, path: string): ReadonlyMap<string, Buffer> {
  return new Map(filesIn(makeFolders(volume, path), ''));
}

function filesIn(folder: FolderNode, prefix: string): [path: string, bytes: Buffer][] {
  return [...folder.entries].flatMap(([name, node]): [string, Buffer][] => {
    if (node.kind === 'folder') return filesIn(node, `${prefix}${name}/`);
    return node.kind === 'file' ? [[`${prefix}${name}`, bytesOf(node)]] : [];
  });
}

const bytesOf = ({ content }: FileNode): Buffer => Buffer.from(readContent(content, 0, content.length));

/** Each of these files is lost, emptied, or has its first byte changed, as it is drawn. */
export function damageFiles(volume: Volume, paths: readonly string[], random: Random): void {
  for (const path of paths) {
    const how = random.pick(['lost', 'emptied', 'changed'] as const);
    const { folder, name } = placeOf(volume, path);
    const file = folder.entries.get(name);
    if (file?.kind !== 'file') throw new Error(`${path} is no file on the simulated disk`);
    if (how === 'lost') volume.remove({ folder, name });
    else {
      if (how === 'emptied') volume.truncate(file, 0);
      else volume.write(file, 0, Uint8Array.of((bytesOf(file)[0] ?? 0) ^ 1));
      volume.syncFile(file);
    }
    volume.syncFolder(folder);
  }
}

/** What of a tree is not there as it should be, and what is there beside it, in words. */
export function treeProblems(
  found: ReadonlyMap<string, Buffer>,
  wanted: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const problems: string[] = [];
  for (const [path, content] of wanted) {
    const there = found.get(path);
    if (there === undefined) problems.push(`${path} is missing`);
    else if (!there.equals(content)) problems.push(`${path} is not as it was released`);
  }
  const left = [...found.keys()].filter((path) => !wanted.has(path));
  return [...problems, ...left.map((path) => `${path} is left`)];
}

function placeOf(volume: Volume, path: string): { readonly folder: FolderNode; readonly name: string } {
  const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  return { folder: makeFolders(volume, folder), name };
}
