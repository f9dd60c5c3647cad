/** Good copies: taken out of the kept package, else out of the site's, verified before anything is replaced by them. */
import { type ComponentFile, HoldfastError } from '@holdfast/contract';
import { hashFile, openPath, removeIfThere, removeTree, withOpen, writePieces } from '@holdfast/engine';
import type { ByteSource } from '@holdfast/msi';
import type { Folder } from '@holdfast/ports';
import { packageFolder } from '../setup/installed.ts';
import { fetchArchive } from '../versions/archive.ts';
import { fetchKeptPackage, packageFiles } from './kept-package.ts';
import { type Installation, type RepairReport, workFolder } from './model.ts';
import { isSeed, ofPackage } from './package-version.ts';
import type { PackageEntry } from './packages/entry.ts';
import { packageEntries } from './packages/open.ts';
import { sourceOf } from './packages/part.ts';

/** Something that is looked for in packages. */
export type Want = {
  /** Name of its copy: one plain name, the same for the same bytes. */
  readonly key: string;
  /** Below the install folder as the package lays it out, `/` between names. */
  readonly path: string;
  /** Bytes. */
  readonly fits: (size: number) => boolean;
  /** Whether these are the right bytes: the one thing that is believed. */
  readonly isGood: (folder: Folder, name: string) => Promise<boolean>;
};

export function wantedFile(file: ComponentFile, path: string): Want {
  return {
    key: file.sha256,
    path,
    fits: (size) => size === file.size,
    isGood: async (folder, name) => (await hashFile(folder, name)).sha256 === file.sha256,
  };
}

export type Copies = {
  readonly folder: Folder;
  /** From where each copy was taken, by key. */
  readonly from: ReadonlyMap<string, string>;
  /** Looks for what is not there yet. Failures of a source are troubles, those of the disk are thrown. */
  collect(wants: readonly Want[], signal: AbortSignal | undefined): Promise<void>;
  readonly troubles: RepairReport['troubles'];
};

/** Folder in that of component work. */
const copiesName = 'copies';

/** Uses an empty folder of copies, which is gone afterwards. */
export async function withCopies<Result>(
  installation: Installation,
  use: (copies: Copies) => Promise<Result>,
): Promise<Result> {
  return await withOpen(installation.ports.disk.open(installation.stateFolder), async (state) => {
    return await withOpen(openPath(state, [workFolder], { create: true }), async (work) => {
      await removeTree(work, copiesName);
      try {
        return await withOpen(openPath(work, [copiesName], { create: true }), (folder) =>
          use(copiesIn(installation, state, folder)),
        );
      } finally {
        await removeTree(work, copiesName);
        await work.sync();
      }
    });
  });
}

/** Whether a repair was cut off: one that comes to its end leaves no copies. */
export async function hasCopies(installation: Installation): Promise<boolean> {
  return (await withLeftCopies(installation, async () => true)) ?? false;
}

/** Removes the copies of a repair that was cut off. */
export async function removeCopies(installation: Installation): Promise<void> {
  await withLeftCopies(installation, async (work) => {
    await removeTree(work, copiesName);
    await work.sync();
  });
}

/** Uses the folder of component work where copies lie in it. */
async function withLeftCopies<Result>(
  { ports, stateFolder }: Installation,
  use: (work: Folder) => Promise<Result>,
): Promise<Result | undefined> {
  return await withOpen(ports.disk.open(stateFolder), async (state) => {
    if ((await state.entry(workFolder))?.kind !== 'folder') return undefined;
    return await withOpen(state.folder(workFolder), async (work) =>
      (await work.entry(copiesName)) ? await use(work) : undefined,
    );
  });
}

function copiesIn(installation: Installation, state: Folder, folder: Folder): Copies {
  const from = new Map<string, string>();
  const troubles: { source: string; error: string; reason: string }[] = [];
  const attempt = async (source: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code.startsWith('disk.')) throw thrown;
      troubles.push({ source, error: thrown.code, reason: thrown.message });
    }
  };
  const fromPackages = (source: string, missing: () => readonly Want[]) =>
    inPackageFolder(state, async (packages) => {
      for (const { name, kind } of packageFiles(await packages.names())) {
        if (missing().length === 0) return;
        await attempt(source, () =>
          withOpen(packages.read(name), async (file) => {
            const entries = packageEntries(kind, await sourceOf(file));
            await takeFrom(entries, folder, missing, (key) => from.set(key, source));
          }),
        );
      }
    });
  return {
    folder,
    from,
    troubles,
    collect: async (wants, signal) => {
      const missing = () => wants.filter(({ key }) => !from.has(key));
      await fromPackages('kept package', missing);
      if (missing().length === 0 || !installation.site) return;
      await attempt('site', async () => {
        await fetchKeptPackage(await ofPackage(installation), signal);
        await fromPackages('site', missing);
      });
      if (missing().length > 0 && !isSeed(installation)) {
        await attempt('site', () => fromArchive(installation, folder, missing, from, signal));
      }
    },
  };
}

/** A version beside the seed is in no package: its archive is fetched from the site, and gone with the copies. */
async function fromArchive(
  installation: Installation,
  folder: Folder,
  missing: () => readonly Want[],
  from: Map<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const name = await fetchArchive(installation, folder, signal);
  await withOpen(folder.read(name), async (file) => {
    await takeFrom(asInPackage(await sourceOf(file)), folder, missing, (key) => from.set(key, 'site'));
  });
}

/** With the paths that the same files have in a package. */
async function* asInPackage(source: ByteSource): AsyncGenerator<PackageEntry> {
  for await (const entry of packageEntries('tar.gz', source)) {
    yield { ...entry, paths: entry.paths.map((path) => `seed/${path}`) };
  }
}

async function inPackageFolder(state: Folder, use: (packages: Folder) => Promise<void>): Promise<void> {
  if ((await state.entry(packageFolder))?.kind !== 'folder') return;
  await withOpen(state.folder(packageFolder), use);
}

/** Takes what is wanted out of a package, until nothing is wanted any more. */
async function takeFrom(
  entries: AsyncIterable<PackageEntry>,
  folder: Folder,
  missing: () => readonly Want[],
  taken: (key: string) => void,
): Promise<void> {
  for await (const { paths, size, content } of entries) {
    const wants = missing().filter(
      (want) => want.fits(size) && paths.some((path) => path === want.path || path.endsWith(`/${want.path}`)),
    );
    if (wants.length === 0) continue;
    await writeNew(folder, arriving, content);
    for (const want of wants) {
      if (!(await want.isGood(folder, arriving))) continue;
      await folder.rename(arriving, { name: want.key });
      taken(want.key);
      break;
    }
    if (missing().length === 0) return;
  }
}

/** What is taken out of a package, before it has its name. */
const arriving = 'arriving';

async function writeNew(folder: Folder, name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  await removeIfThere(folder, name);
  await withOpen(folder.create(name), async (file) => {
    await writePieces(file, content);
    await file.sync();
  });
}
