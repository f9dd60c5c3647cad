/**
 * dpkg's database below `var/lib/dpkg`: `status` as of the last checkpoint, and what changed since as numbered files in
 * `updates`, each made durable before its name and its name before anything else goes on. Whoever reads takes both.
 * Source: the system calls of dpkg 1.21.22, and deb-internals of its own documentation (dpkg(1), FILES).
 */
import { isHoldfastError } from '@holdfast/contract';
import { readWhole, removeIfThere, withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import { type PackageRecord, readParagraphs, recordOf, recordText } from './control.ts';

/** Below the root of a system. */
export const adminFolder = 'var/lib/dpkg';

/** Bytes of the longest file of the database that is read. */
const fileLimit = 64 * 1024 * 1024;

/** Updates after which dpkg writes a checkpoint. */
const mostUpdates = 250;

/** By name of the package. */
export type Packages = Map<string, PackageRecord>;

export type Database = {
  readonly admin: Folder;
  readonly info: Folder;
  readonly packages: Packages;
  /** Makes a new state of a package durable, before dpkg does what it says. */
  note(record: PackageRecord): Promise<void>;
  /** Writes everything as one file, and takes the updates away. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
};

/** What is installed below a root, as of now; undefined where there is no database. */
export async function readPackages(disk: Pick<Disk, 'open'>, root: string): Promise<Packages | undefined> {
  try {
    return await withOpen(disk.open(adminPath(root)), (admin) => packagesIn(admin));
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) return undefined;
    throw thrown;
  }
}

export function adminPath(root: string): string {
  return `${root.replace(/\/$/, '')}/${adminFolder}`;
}

async function packagesIn(admin: Folder): Promise<Packages> {
  const packages: Packages = new Map();
  const take = async (folder: Folder, name: string) => {
    for (const paragraph of readParagraphs(await textOf(folder, name))) {
      const record = recordOf(paragraph);
      if (record) packages.set(record.name, record);
    }
  };
  await take(admin, 'status');
  await withOpen(admin.folder('updates'), async (updates) => {
    for (const name of await updateNames(updates)) await take(updates, name);
  });
  return packages;
}

/** The numbered ones; `tmp.i` is one that was not finished. */
async function updateNames(updates: Folder): Promise<readonly string[]> {
  return (await updates.names()).filter((name) => /^\d+$/.test(name));
}

async function textOf(folder: Folder, name: string): Promise<string> {
  return Buffer.from(await readWhole(folder, name, fileLimit)).toString('utf8');
}

/** For writing: only whoever holds dpkg's lock opens it so. What an interrupted dpkg left in `updates` is kept for good first. */
export async function openDatabase(disk: Pick<Disk, 'open'>, root: string): Promise<Database> {
  const admin = await disk.open(adminPath(root));
  const [updates, info] = [await admin.folder('updates'), await admin.folder('info')];
  const packages = await packagesIn(admin);
  let next = 0;

  async function checkpoint(): Promise<void> {
    const known = [...packages.values()].filter(({ status }) => status.state !== 'not-installed');
    known.sort((left, right) => (left.name < right.name ? -1 : 1));
    await writeNew(admin, 'status-new', known.map((record) => `${recordText(record)}\n`).join(''));
    // dpkg links the old one; the disk port has no hard links, and nobody reads it but a person.
    await removeIfThere(admin, 'status-old');
    await copyWithin(admin, 'status', 'status-old');
    await admin.rename('status-new', { name: 'status' });
    await admin.sync();
    for (const name of await updateNames(updates)) await updates.remove(name);
    await updates.sync();
    next = 0;
  }

  if ((await updateNames(updates)).length > 0) await checkpoint();
  return {
    admin,
    info,
    packages,
    checkpoint: async () => {
      await checkpoint();
      await removeIfThere(updates, 'tmp.i');
    },
    note: async (record) => {
      await writeNew(updates, 'tmp.i', recordText(record));
      await updates.rename('tmp.i', { name: String(next).padStart(4, '0') });
      await updates.sync();
      packages.set(record.name, record);
      next += 1;
      if (next >= mostUpdates) await checkpoint();
    },
    close: async () => {
      for (const folder of [updates, info, admin]) await folder.close();
    },
  };
}

/** A file with this content, durable; its name is not yet. What was left under that name is replaced. */
export async function writeNew(folder: Folder, name: string, content: string | Uint8Array): Promise<void> {
  await removeIfThere(folder, name);
  await withOpen(folder.create(name, { mode: 0o644 }), async (file) => {
    await file.write(0, typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
    await file.sync();
  });
}

/** A second file with the same content, not made durable. */
export async function copyWithin(folder: Folder, from: string, to: string): Promise<void> {
  const content = await readWhole(folder, from, fileLimit);
  await withOpen(folder.create(to, { mode: 0o755 }), (file) => file.write(0, content));
}

/** Puts an info file of a package in its place, durable with its name. */
export async function writeInfo({ info }: Database, name: string, content: string): Promise<void> {
  await writeNew(info, `${name}-new`, content);
  await info.rename(`${name}-new`, { name });
  await info.sync();
}

/** The paths that a package has laid out, as dpkg's list of it says; none for one that is not known. */
export async function listOf({ info }: Pick<Database, 'info'>, name: string): Promise<readonly string[]> {
  if ((await info.entry(`${name}.list`)) === undefined) return [];
  return (await textOf(info, `${name}.list`)).split('\n').filter((line) => line !== '' && line !== '/.');
}
