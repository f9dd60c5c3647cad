/** Restoring as changes of the engine: a file at one stroke, a registry value, the definition of a starter. */
import {
  type ComponentFile,
  type ComponentManifest,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/contract';
import {
  type Change,
  type Condition,
  chunksOf,
  diskFreeGate,
  hashFile,
  removeTree,
  splitPath,
  withOpen,
} from '@holdfast/engine';
import type { Folder, OpenFile, StarterName } from '@holdfast/ports';
import type { Installation } from './model.ts';
import { fileDamage, starterDamage } from './verify.ts';

/** A file is made under the first beside its place; what it cannot replace is moved to the second, and removed. */
const freshSuffix = '.restoring';
const asideSuffix = '.aside';

/** Room that is left beside what is written. Bytes. */
const roomBytes = 1024 * 1024;

/** Opens a file whose bytes are the right ones. */
export type OpenCopy = () => Promise<OpenFile>;

const condition = (reason: string | undefined): Condition =>
  reason === undefined ? { holds: true } : { holds: false, reason };

/**
 * Gives a file its content back. What was there is damage, known by its hash, and worth nothing to `undo`: a cut leaves
 * the damaged file or the whole one.
 *
 * @param root absolute path of the folder that the file's path is below
 * @param copy opens a good copy, whose bytes are compared once more as they were written
 */
export function restoreFile(
  { ports }: Pick<Installation, 'ports'>,
  root: string,
  file: ComponentFile,
  copy: OpenCopy,
): Change {
  const inRoot = <Result>(use: (folder: Folder) => Promise<Result>) => withOpen(ports.disk.open(root), use);
  return {
    name: file.path,
    gates: [diskFreeGate(ports.disk, root, file.size + roomBytes)],
    postcondition: () => inRoot(async (folder) => condition(await fileDamage(folder, file))),
    apply: async () => {
      await inRoot((folder) =>
        inMade(folder, splitPath(file.path), async (parent, name) => {
          await copyBeside(copy, parent, name, file);
          await putInPlace(parent, name);
        }),
      );
      return 'done';
    },
    undo: () =>
      inRoot((folder) =>
        inThere(folder, splitPath(file.path), (parent, name) => clear(parent, name, [freshSuffix])),
      ),
  };
}

/** Goes to the folder of a path, making what is missing; what stands in the way and is no folder is removed. */
async function inMade(
  folder: Folder,
  [first, ...rest]: readonly string[],
  use: (parent: Folder, name: string) => Promise<void>,
): Promise<void> {
  if (first === undefined) return;
  if (rest.length === 0) return await use(folder, first);
  const entry = await folder.entry(first);
  if (entry && entry.kind !== 'folder') await folder.remove(first);
  await withOpen(folder.folder(first, { create: true, mode: 0o755 }), async (inner) => {
    await folder.sync();
    await inMade(inner, rest, use);
  });
}

/** Goes to the folder of a path if it is there. */
async function inThere(
  folder: Folder,
  [first, ...rest]: readonly string[],
  use: (parent: Folder, name: string) => Promise<void>,
): Promise<void> {
  if (first === undefined) return;
  if (rest.length === 0) return await use(folder, first);
  if ((await folder.entry(first))?.kind !== 'folder') return;
  await withOpen(folder.folder(first), (inner) => inThere(inner, rest, use));
}

/** Writes the copy beside its place, durable, and reads back what the disk has of it. */
async function copyBeside(copy: OpenCopy, parent: Folder, name: string, file: ComponentFile): Promise<void> {
  const fresh = `${name}${freshSuffix}`;
  await removeTree(parent, fresh);
  await withOpen(copy(), async (input) => {
    await withOpen(parent.create(fresh, { mode: file.executable ? 0o755 : 0o644 }), async (output) => {
      let position = 0;
      for await (const piece of chunksOf(input, file.size)) {
        await output.write(position, piece);
        position += piece.length;
      }
      await output.sync();
    });
  });
  const { size, sha256 } = await hashFile(parent, fresh);
  if (size === file.size && sha256 === file.sha256) return;
  throw new HoldfastError('disk.failed', `${name} could not be read back as it was written.`);
}

/**
 * Over a file or link at one stroke. A folder, and a file that is in use (a running program on Windows may be renamed and
 * not replaced), goes aside first; what of it cannot be removed now is removed by a later repair.
 */
async function putInPlace(parent: Folder, name: string): Promise<void> {
  const fresh = `${name}${freshSuffix}`;
  const aside = `${name}${asideSuffix}`;
  const isFolder = (await parent.entry(name))?.kind === 'folder';
  try {
    if (isFolder) throw new HoldfastError('disk.busy', `${name} is a folder.`);
    await parent.rename(fresh, { name });
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.busy', 'disk.denied')) throw thrown;
    await removeTree(parent, aside);
    await parent.rename(name, { name: aside });
    try {
      await parent.rename(fresh, { name });
    } catch (further) {
      await parent.rename(aside, { name });
      throw further;
    }
  }
  await parent.sync();
  await clear(parent, name, [asideSuffix]);
}

/** Removes what restoring left beside a file; what is still in use stays. */
async function clear(parent: Folder, name: string, suffixes: readonly string[]): Promise<void> {
  for (const suffix of suffixes) {
    if (!(await parent.entry(`${name}${suffix}`))) continue;
    try {
      await removeTree(parent, `${name}${suffix}`);
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'disk.busy', 'disk.denied')) throw thrown;
    }
    await parent.sync();
  }
}

/**
 * Makes the places of these files durable. One that a restoring has put in its place, and that was killed right then, is
 * read as whole and would be gone with the next loss of power.
 */
export async function syncNames(
  { ports }: Pick<Installation, 'ports'>,
  root: string,
  paths: readonly string[],
): Promise<void> {
  const oneOfEach = new Map(paths.map((path) => [path.slice(0, path.lastIndexOf('/') + 1), path]));
  await withOpen(ports.disk.open(root), async (folder) => {
    for (const path of oneOfEach.values()) {
      await inThere(folder, splitPath(path), (parent) => parent.sync());
    }
  });
}

/** Removes what earlier restorings of these files left, cut off or still in use then. */
export async function removeLeftovers(
  { ports }: Pick<Installation, 'ports'>,
  root: string,
  paths: readonly string[],
): Promise<void> {
  await withOpen(ports.disk.open(root), async (folder) => {
    for (const path of paths) {
      await inThere(folder, splitPath(path), (parent, name) =>
        clear(parent, name, [freshSuffix, asideSuffix]),
      );
    }
  });
}

/** Gives a registry value its text back; what was there before is noted. */
export function restoreRegistryValue(
  { ports }: Pick<Installation, 'ports'>,
  { key, name, value }: ComponentManifest['registry'][number],
): Change {
  const place = { hive: 'HKLM', key, name, view: '64' } as const;
  return {
    name: `${key}\\${name}`,
    gates: [],
    postcondition: async () =>
      condition((await ports.registry.read(place)) === value ? undefined : 'it has another value'),
    apply: async (note) => {
      await note((await ports.registry.read(place)) ?? null);
      await ports.registry.write(place, value);
      return 'done';
    },
    undo: async (before) => {
      if (typeof before === 'string') await ports.registry.write(place, before);
    },
  };
}

/** Has a starter defined as it should be; nothing to take back: what was there was damaged. */
export function restoreStarter({ ports }: Pick<Installation, 'ports'>, name: StarterName): Change {
  const { starters } = ports;
  return {
    name: `starter ${name}`,
    gates: [],
    postcondition: async () =>
      condition(starters ? starterDamage(await starters.look(name)) : 'this machine has no starters'),
    apply: async () => {
      await starters?.define(name);
      return 'done';
    },
    undo: async () => undefined,
  };
}
