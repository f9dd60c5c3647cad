/**
 * Files of a Windows straight on its simulated disk: the same answers, errors and durability as the installer's own files
 * over the disk port, without going down handle by handle. A life of a machine has thousands of looks at files.
 */
import { bytesSource, type HostFiles } from '@holdfast/msi';
import type { Folder } from '@holdfast/ports';
import { type Content, readContent } from '../disk/content.ts';
import type { FileNode } from '../disk/nodes.ts';
import { free } from '../disk/volume.ts';
import {
  checked,
  type Drive,
  fail,
  makeFolderAt,
  moveFile,
  removeFile,
  removeFolderAt,
  stageFile,
  syncFolder,
  topOf,
} from './volume-changes.ts';
import { type Found, find, namesOf, wayTo } from './volume-paths.ts';

export type VolumeFilesOptions = Drive & {
  /** Over the disk port: for handles, and for what is asked by a short name. */
  readonly port: HostFiles;
  /** A handle of a folder by its absolute path, as the disk port takes it. */
  readonly openFolder: (path: string) => Promise<Folder>;
  /** Each call passes it: it counts, and never lets a dead program see an answer. */
  readonly pass: <T>(effect: () => T) => Promise<T>;
};

/** Bytes of contents that were read; contents never change. */
const known = new WeakMap<Content, Uint8Array>();

/** All bytes of a file; nobody writes into them. */
export function bytesOf({ content }: FileNode): Uint8Array {
  const bytes = known.get(content) ?? readContent(content, 0, content.length);
  known.set(content, bytes);
  return bytes;
}

async function wholeOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  const [only = new Uint8Array()] = pieces;
  return pieces.length < 2 ? only : Buffer.concat(pieces);
}

type Looks = 'covers' | 'open' | 'stat' | 'read' | 'times' | 'list' | 'freeBytes';

function looksOf({ pass, openFolder, ...drive }: VolumeFilesOptions): Pick<HostFiles, Looks> {
  const there = (path: string): Found | undefined => {
    const names = namesOf(path);
    return names && find(topOf(drive), names);
  };
  return {
    covers: (path) => namesOf(path) !== undefined,
    async open(path) {
      const way = await pass(() => wayTo(topOf(drive), checked(path)) ?? fail('disk.not-found', path));
      return await openFolder(`${drive.driveC}${way.path.slice(2).replaceAll('\\', '/')}`);
    },
    stat: (path) =>
      pass(() => {
        if (namesOf(path)?.length === 0) return { path: 'C:\\', kind: 'folder', size: 0 };
        const found = there(path);
        if (!found) return undefined;
        const { node, path: stored } = found;
        return { path: stored, kind: node.kind, size: node.kind === 'file' ? node.content.length : 0 };
      }),
    async read(path, use) {
      const bytes = await pass(() => {
        const node = there(path)?.node;
        return node?.kind === 'file' ? bytesOf(node) : undefined;
      });
      return bytes && (await use(bytesSource(bytes)));
    },
    times: (path) =>
      pass(() => {
        const node = find(topOf(drive), checked(path))?.node;
        const modified = node?.kind === 'file' ? node.times.modified : node?.made;
        return modified === undefined ? undefined : { created: undefined, modified };
      }),
    list: (path) => pass(() => [...(wayTo(topOf(drive), checked(path))?.folder.entries.keys() ?? [])].sort()),
    freeBytes: (path) =>
      pass(() => {
        checked(path);
        return free(topOf(drive).room);
      }),
  };
}

type Changes = 'createFolder' | 'removeFolder' | 'sync' | 'stage' | 'move' | 'rename' | 'remove';

function changesOf({ pass, ...drive }: VolumeFilesOptions): Pick<HostFiles, Changes> {
  return {
    createFolder: (path) => pass(() => makeFolderAt(drive, path)),
    removeFolder: (path) => pass(() => removeFolderAt(drive, path)),
    sync: (path) => pass(() => syncFolder(drive, checked(path))),
    async stage(path, content, size, modified) {
      const bytes = await wholeOf(content);
      await pass(() => stageFile(drive, path, { bytes, size, modified }));
    },
    move: (from, to) => pass(() => moveFile(drive, from, to, true)),
    rename: (from, to) => pass(() => moveFile(drive, from, to, false)),
    remove: (path) => pass(() => removeFile(drive, path)),
  };
}

/** Paths with a `~` may be short names: those go the long way. */
export function volumeFiles(options: VolumeFilesOptions): HostFiles {
  const { port } = options;
  const direct = { ...port, ...looksOf(options), ...changesOf(options) };
  const by = (...paths: readonly string[]): HostFiles =>
    paths.some((path) => path.includes('~')) ? port : direct;
  return {
    ...direct,
    stat: (path) => by(path).stat(path),
    read: (path, use) => by(path).read(path, use),
    times: (path) => by(path).times(path),
    list: (path) => by(path).list(path),
    open: (path) => by(path).open(path),
    createFolder: (path) => by(path).createFolder(path),
    removeFolder: (path) => by(path).removeFolder(path),
    sync: (path) => by(path).sync(path),
    stage: (path, content, size, modified) => by(path).stage(path, content, size, modified),
    move: (from, to) => by(from, to).move(from, to),
    rename: (from, to) => by(from, to).rename(from, to),
    remove: (path) => by(path).remove(path),
  };
}
