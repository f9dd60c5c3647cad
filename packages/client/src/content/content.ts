/** Content of deployments: laid out as a folder each for the program, verified, and kept for a later repair. */
import type { Assignment, ContentFile, Uuid } from '@holdfast/contract';
import {
  chunksOf,
  diskFreeGate,
  type Gate,
  hashFile,
  openPath,
  removeTree,
  splitPath,
  withOpen,
  writePieces,
} from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { download } from './download.ts';

const workFolder = (context: ClientContext, id: Uuid) =>
  openPath(context.folder, ['work', id], { create: true });

/** Files of an assignment that are not in its work folder as they should be. */
export async function missingContent(
  context: ClientContext,
  assignment: Assignment,
): Promise<readonly ContentFile[]> {
  return await withOpen(workFolder(context, assignment.deploymentId), async (work) => {
    const missing: ContentFile[] = [];
    for (const file of assignment.content) {
      if (!(await isWhole(work, file))) missing.push(file);
    }
    return missing;
  });
}

/** Open while there is room for these files. */
export function contentGate(context: ClientContext, files: readonly ContentFile[]): Gate {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return diskFreeGate(context.ports.disk, context.options.folder, bytes);
}

/**
 * Fetches what is missing and lays it out.
 * @throws HoldfastError as `download`
 */
export async function obtainContent(
  context: ClientContext,
  assignment: Assignment,
  missing: readonly ContentFile[],
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  return await withOpen(openPath(context.folder, ['cache'], { create: true }), async (cache) => {
    return await withOpen(workFolder(context, assignment.deploymentId), async (work) => {
      const ports = { site: context.site, now: () => context.ports.clock.now() };
      const lastUse = new Map(missing.map((file, index) => [file.sha256, index]));
      for (const [index, file] of missing.entries()) {
        await download(ports, cache, file, tls, signal);
        await layOut(cache, work, file, lastUse.get(file.sha256) !== index);
      }
    });
  });
}

/** Absolute path of the work folder of a deployment, which exists after this. */
export async function workPath(context: ClientContext, id: Uuid): Promise<string> {
  return await withOpen(workFolder(context, id), async (work) => {
    return work.path;
  });
}

/** Removes work folders and logs of deployments that are gone, and cached content that nothing refers to. */
export async function pruneContent(context: ClientContext): Promise<void> {
  const { items, assignments, policy } = context.journal.state;
  // What an older client has left is waiting for the first policy to name it.
  if (policy === null) return;
  const hashes = new Set(Object.values(assignments).flatMap((one) => one.content.map((file) => file.sha256)));
  await prune(context.folder, 'work', (name) => Object.hasOwn(items, name));
  await prune(context.folder, 'logs', (name) => Object.hasOwn(items, name.slice(0, 36)));
  await prune(context.folder, 'cache', (name) => hashes.has(name.slice(0, 64)));
}

async function prune(parent: Folder, name: string, isNeeded: (name: string) => boolean): Promise<void> {
  if (!(await parent.entry(name))) return;
  return await withOpen(parent.folder(name), async (folder) => {
    for (const entry of await folder.list()) {
      if (!isNeeded(entry.name)) await removeTree(folder, entry.name);
    }
  });
}

async function isWhole(work: Folder, file: ContentFile): Promise<boolean> {
  const { above, name } = placeOf(file);
  return await inExisting(work, above, async (parent) => {
    const entry = await parent.entry(name);
    if (entry?.kind !== 'file' || entry.size !== file.size) return false;
    return (await hashFile(parent, name)).sha256 === file.sha256;
  });
}

function placeOf(file: ContentFile): { above: readonly string[]; name: string } {
  const [first, ...rest] = splitPath(file.path);
  const names = [first, ...rest];
  return { above: names.slice(0, -1), name: names.at(-1) ?? first };
}

/** Answers false where something on the way is no folder. */
async function inExisting(
  start: Folder,
  names: readonly string[],
  look: (folder: Folder) => Promise<boolean>,
): Promise<boolean> {
  const [first, ...rest] = names;
  if (first === undefined) return await look(start);
  if ((await start.entry(first))?.kind !== 'folder') return false;
  return await withOpen(start.folder(first), async (next) => {
    return await inExisting(next, rest, look);
  });
}

/** Makes the folders on the way, and removes what stands in their place and is none. */
async function inMade(
  start: Folder,
  names: readonly string[],
  use: (folder: Folder) => Promise<void>,
): Promise<void> {
  const [first, ...rest] = names;
  if (first === undefined) return await use(start);
  const entry = await start.entry(first);
  if (entry && entry.kind !== 'folder') await start.remove(first);
  return await withOpen(openPath(start, [first], { create: true }), async (next) => {
    await inMade(next, rest, use);
  });
}

async function layOut(cache: Folder, work: Folder, file: ContentFile, keep: boolean): Promise<void> {
  const { above, name } = placeOf(file);
  await inMade(work, above, async (parent) => {
    await removeTree(parent, name);
    if (keep) await copyFile(cache, file.sha256, parent, name);
    else await cache.rename(file.sha256, { folder: parent, name });
    await parent.sync();
  });
  await cache.sync();
}

async function copyFile(from: Folder, source: string, to: Folder, name: string): Promise<void> {
  return await withOpen(from.read(source), async (input) => {
    return await withOpen(to.create(name, { mode: 0o700 }), async (output) => {
      await writePieces(output, chunksOf(input, Number.MAX_SAFE_INTEGER));
      await output.sync();
    });
  });
}
