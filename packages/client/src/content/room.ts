/** Room for content: what the settings give it, and which content goes first where more is wanted. */
import { type Assignment, HoldfastError } from '@holdfast/contract';
import { removeTree, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import type { Item } from '../state.ts';

/** Deepest folder of content that is counted. */
const deepest = 64;

/**
 * Has room for all content of an assignment within what the settings give. Where it is short, content goes that no work
 * waits for, the oldest first: it was kept for a repair, which then fetches it again.
 *
 * @throws HoldfastError `cache.too-small` where the content alone is too large; `disk.full` while other work needs its own
 */
export async function makeRoom(context: ClientContext, assignment: Assignment): Promise<void> {
  const { cacheBytes } = context.options;
  if (cacheBytes === undefined) return;
  const wanted = assignment.content.reduce((sum, { size }) => sum + size, 0);
  if (wanted > cacheBytes) {
    throw new HoldfastError('cache.too-small', `${wanted} bytes of content are more than ${cacheBytes}.`, {
      details: { bytes: wanted, cacheBytes },
    });
  }
  const hashes = new Set(assignment.content.map(({ sha256 }) => sha256));
  const inCache = await bytesIn(context.folder, 'cache', (name) => !hashes.has(name.slice(0, 64)));
  const inWork = await bytesIn(context.folder, 'work', (name) => name !== assignment.deploymentId);
  let short = inCache + inWork + wanted - cacheBytes;
  if (short > 0) short -= await freeWhole(context.folder, hashes);
  for (const name of short > 0 ? await unneeded(context, assignment) : []) {
    if (short <= 0) break;
    short -= await withOpen(context.folder.folder('work'), async (work) => {
      const freed = await bytesOf(work, name, 0);
      await removeTree(work, name);
      return freed;
    });
  }
  if (short <= 0) return;
  throw new HoldfastError(
    'disk.full',
    `the ${cacheBytes} bytes for content are full of what other work still needs`,
    { details: { bytes: wanted, cacheBytes } },
  );
}

/** Whole files of the cache that this work does not want: no other is at work, so that nothing waits for them. Answers bytes. */
async function freeWhole(state: Folder, hashes: ReadonlySet<string>): Promise<number> {
  if (!(await state.entry('cache'))) return 0;
  return await withOpen(state.folder('cache'), async (cache) => {
    let freed = 0;
    for (const { name, size } of await cache.list()) {
      if (!/^[0-9a-f]{64}$/.test(name) || hashes.has(name)) continue;
      await removeTree(cache, name);
      freed += size;
    }
    return freed;
  });
}

/** Folders of content that no work waits for, the oldest first. */
async function unneeded({ folder, journal }: ClientContext, assignment: Assignment): Promise<string[]> {
  if (!(await folder.entry('work'))) return [];
  return await withOpen(folder.folder('work'), async (work) => {
    const found: { readonly name: string; readonly at: number }[] = [];
    for (const name of await work.names()) {
      if (name === assignment.deploymentId || isNeeded(journal.state.items[name])) continue;
      found.push({ name, at: (await work.times(name))?.modified ?? 0 });
    }
    return found.toSorted((one, other) => one.at - other.at).map(({ name }) => name);
  });
}

/** What has reached its end, or is held until somebody asks for it, needs its content no more for now. */
function isNeeded(item: Item | undefined): boolean {
  if (item === undefined) return false;
  return item.running !== null || !(item.said === 'reached' || item.said === 'held');
}

async function bytesIn(parent: Folder, name: string, counts: (name: string) => boolean): Promise<number> {
  if (!(await parent.entry(name))) return 0;
  return await withOpen(parent.folder(name), async (folder) => {
    let bytes = 0;
    for (const one of (await folder.names()).filter(counts)) bytes += await bytesOf(folder, one, 0);
    return bytes;
  });
}

/** Links count for nothing, and are not followed. */
async function bytesOf(parent: Folder, name: string, depth: number): Promise<number> {
  const entry = await parent.entry(name);
  if (entry?.kind !== 'folder' || depth > deepest) return entry?.size ?? 0;
  return await withOpen(parent.folder(name), async (folder) => {
    let bytes = 0;
    for (const one of await folder.names()) bytes += await bytesOf(folder, one, depth + 1);
    return bytes;
  });
}
