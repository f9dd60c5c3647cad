/** What is changed when the driver in use becomes another one: laid out, tested and switched to, the old one removed. */
import { type ComponentFile, type ComponentName, HoldfastError } from '@holdfast/contract';
import {
  type Change,
  type Condition,
  type Gate,
  type Job,
  type Journal,
  openPath,
  removeTree,
  splitPath,
  withOpen,
} from '@holdfast/engine';
import type { Folder, OpenFile } from '@holdfast/ports';
import { childPath } from '../paths.ts';
import type { Installation } from './model.ts';
import { restoreFile, syncNames } from './restore.ts';
import { fileDamage } from './verify.ts';

/** Plain JSON. */
export type ActiveDriver = {
  readonly version: string;
  readonly variant: string;
  /** Name of its folder, below that of the component in the folder of component work. */
  readonly folder: string;
};

export type DriverOptions = {
  readonly component: ComponentName;
  /** All must be open before anything is changed. */
  readonly gates: readonly Gate[];
  /** Whether what lies in a folder (absolute path) works on this machine; the reason where not. */
  readonly selfTest: (folder: string) => Promise<{ readonly passed: boolean; readonly text: string }>;
};

export type Drivers = { readonly active: Readonly<Record<string, ActiveDriver>> };
export type DriverEntry = { readonly component: ComponentName; readonly active: ActiveDriver | null };

export type Settling = {
  readonly installation: Installation;
  readonly options: DriverOptions;
  readonly drivers: Journal<Drivers, DriverEntry>;
  /** Folder of component work. */
  readonly work: Folder;
  readonly wanted: ActiveDriver;
  readonly files: readonly ComponentFile[];
};

export function jobOf(settling: Settling): Job {
  const { options, wanted } = settling;
  return {
    id: `driver ${options.component}`,
    version: wanted.folder,
    changes: [layOut(settling), switchOver(settling), removeOld(settling)],
  };
}

const condition = (holds: boolean, reason: string): Condition => (holds ? { holds } : { holds, reason });

/** What of a driver that was laid out is not as it should be, as a clause; undefined where it is whole. */
export async function driverDamage(
  work: Folder,
  component: ComponentName,
  wanted: ActiveDriver,
  files: readonly ComponentFile[],
): Promise<string | undefined> {
  if ((await work.entry(component))?.kind !== 'folder') return 'it is not laid out';
  return await withOpen(work.folder(component), async (folder) => {
    if ((await folder.entry(wanted.folder))?.kind !== 'folder') return 'it is not laid out';
    return await withOpen(folder.folder(wanted.folder), async (root) => {
      for (const file of files) {
        const reason = await fileDamage(root, insideOf(file, wanted, component));
        if (reason !== undefined) return `${file.path}: ${reason}`;
      }
      return undefined;
    });
  });
}

const damageOf = ({ work, options, wanted, files }: Settling) =>
  driverDamage(work, options.component, wanted, files);

/** A file of a variant, by its path in the variant's own folder. */
function insideOf(file: ComponentFile, { variant }: ActiveDriver, component: ComponentName): ComponentFile {
  const prefix = `${component}/${variant}/`;
  return { ...file, path: file.path.startsWith(prefix) ? file.path.slice(prefix.length) : file.path };
}

/** What an earlier life put in place when it was killed is read as whole: it is made durable before it is believed. */
export async function syncLaidOut({ installation, options, work, wanted, files }: Settling): Promise<void> {
  const { component } = options;
  if ((await work.entry(component))?.kind !== 'folder') return;
  await withOpen(work.folder(component), async (folder) => {
    if ((await folder.entry(wanted.folder))?.kind !== 'folder') return;
    const paths = files.map((file) => insideOf(file, wanted, component).path);
    await syncNames(installation, childPath(folder, wanted.folder), paths);
  });
}

/** Beside the driver in use, each file at one stroke: so too is one mended that is in use already. */
function layOut(settling: Settling): Change {
  const { installation, options, work, wanted, files, drivers } = settling;
  return {
    name: 'lay out',
    gates: options.gates,
    postcondition: async () => {
      const damage = await damageOf(settling);
      return condition(damage === undefined, damage ?? '');
    },
    apply: async () => {
      const folder = await openPath(work, [options.component, wanted.folder], { create: true });
      await withOpen(folder, async ({ path }) => {
        for (const file of files) {
          const inside = insideOf(file, wanted, options.component);
          const copy = () => openBelow(installation, file.path);
          await restoreFile(installation, path, inside, copy).apply(async () => undefined);
        }
      });
      return 'done';
    },
    undo: async () => {
      if (drivers.state.active[options.component]?.folder === wanted.folder) return;
      await removeOne(settling, wanted.folder);
    },
  };
}

/** Tested where it lies, before anybody uses it. */
function switchOver({ options, drivers, work, wanted }: Settling): Change {
  const { component } = options;
  return {
    name: 'switch over',
    gates: options.gates,
    postcondition: async () =>
      condition(drivers.state.active[component]?.folder === wanted.folder, 'another one is in use'),
    apply: async (note) => {
      await note({ ...(drivers.state.active[component] ?? {}) });
      const { passed, text } = await options.selfTest(pathOf(work, component, wanted.folder));
      if (!passed) throw new HoldfastError('component.damaged', `${wanted.folder} failed its test: ${text}`);
      await drivers.commit({ component, active: wanted });
      return 'done';
    },
    undo: async (before) => {
      // Without a note nothing was changed.
      if (before === null) return;
      await drivers.commit({ component, active: isDriver(before) ? before : null });
    },
  };
}

function isDriver(note: unknown): note is ActiveDriver {
  return typeof note === 'object' && note !== null && 'folder' in note && typeof note.folder === 'string';
}

/** Once the new one is whole and in use, and not before: the changes before this one were looked at. */
function removeOld(settling: Settling): Change {
  const others = () => withOthers(settling, async (names) => names);
  return {
    name: 'remove the old one',
    gates: [],
    precondition: async () => {
      const damage = await damageOf(settling);
      return condition(damage === undefined, damage ?? '');
    },
    postcondition: async () => condition((await others()).length === 0, 'an old one is left'),
    apply: async () => {
      for (const name of await others()) await removeOne(settling, name);
      return 'done';
    },
    undo: async () => undefined,
  };
}

async function withOthers<Result>(
  { work, options, wanted }: Settling,
  use: (names: readonly string[]) => Promise<Result>,
): Promise<Result> {
  if ((await work.entry(options.component))?.kind !== 'folder') return await use([]);
  return await withOpen(work.folder(options.component), async (folder) =>
    use((await folder.names()).filter((name) => name !== wanted.folder)),
  );
}

async function removeOne({ work, options }: Settling, name: string): Promise<void> {
  if ((await work.entry(options.component))?.kind !== 'folder') return;
  await withOpen(work.folder(options.component), async (folder) => {
    await removeTree(folder, name);
    await folder.sync();
  });
}

/** Opens a file of the version by its path. */
async function openBelow({ ports, place }: Installation, path: string): Promise<OpenFile> {
  const names = splitPath(path);
  const name = names.at(-1) ?? names[0];
  const [first, ...rest] = names.slice(0, -1);
  return await withOpen(ports.disk.open(place.versionFolder), async (root) =>
    first === undefined
      ? await root.read(name)
      : await withOpen(openPath(root, [first, ...rest]), (folder) => folder.read(name)),
  );
}

export const pathOf = (work: Folder, component: ComponentName, folder: string) =>
  childPath({ path: childPath(work, component) }, folder);
