/** A site as one file, taken while it runs: tables, keys and content, of either database. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HoldfastError, holdfastVersion } from '@holdfast/contract';
import { type BackupManifest, backupBytes, type Part, readBackup } from './backup-format.ts';
import { type DatabasePlace, type Row, type Snapshot, withSnapshot } from './backup-tables.ts';

/** Where a site lives. */
export type SitePlace = DatabasePlace & { readonly dataFolder: string };

export type BackupSummary = Pick<BackupManifest, 'siteCode' | 'createdAt' | 'tables'> & {
  readonly files: number;
  /** Bytes of tables and files before compression. */
  readonly bytes: number;
};

/** Rows of a table that are put together into one chunk, and into one insert. */
export const batchRows = 500;
/** Folder in the data folder in which a restore is made before it is shown. */
export const stagingName = '.restoring';
const contentFolder = 'content';

async function* jsonLines(rows: AsyncIterable<Row>, counted: () => void): AsyncGenerator<Uint8Array> {
  let lines: string[] = [];
  for await (const row of rows) {
    counted();
    const plain = Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value,
    ]);
    lines.push(`${JSON.stringify(Object.fromEntries(plain))}\n`);
    if (lines.length >= batchRows) {
      yield Buffer.from(lines.join(''));
      lines = [];
    }
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

function tablePart(snapshot: Snapshot, name: string): Part {
  let rows = 0;
  return {
    kind: 'table',
    name,
    chunks: jsonLines(snapshot.rows(name), () => {
      rows += 1;
    }),
    rows: () => rows,
  };
}

const contentPath = (sha256: string) => `${contentFolder}/${sha256.slice(0, 2)}/${sha256}`;

/** Keys and whatever else lies in the data folder, without content, database and what is half done. */
async function otherFiles(place: SitePlace): Promise<string[]> {
  const database = resolve(place.file);
  const entries = await readdir(place.dataFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !resolve(path).startsWith(database))
    .map((path) => path.slice(place.dataFolder.length).replaceAll(sep, '/').replace(/^\/+/, ''))
    .filter((path) => !path.startsWith(`${contentFolder}/`) && !path.startsWith(`${stagingName}/`))
    .filter((path) => !path.endsWith('.lock'))
    .sort();
}

/** Tables first: content that is in them is on disk by then and stays; what comes later is not in them. */
async function* partsOf(place: SitePlace, snapshot: Snapshot): AsyncGenerator<Part> {
  const filePart = (name: string): Part => ({
    kind: 'file',
    name,
    chunks: createReadStream(join(place.dataFolder, name)),
  });
  for (const table of snapshot.tables) yield tablePart(snapshot, table);
  for (const path of await otherFiles(place)) yield filePart(path);
  for await (const row of snapshot.rows('content')) {
    const name = contentPath(String(row.sha256));
    const entry = await lstat(join(place.dataFolder, name)).catch((cause: unknown) => {
      throw new HoldfastError('content.not-found', `The site has lost its content ${row.sha256}.`, { cause });
    });
    if (entry.size !== Number(row.size)) {
      throw new HoldfastError('content.hash-mismatch', `The site's content ${row.sha256} is damaged.`);
    }
    yield filePart(name);
  }
}

async function firstRow(snapshot: Snapshot, table: string): Promise<Row | undefined> {
  if (!snapshot.tables.includes(table)) return undefined;
  for await (const row of snapshot.rows(table)) return row;
  return undefined;
}

async function newestMigration(snapshot: Snapshot): Promise<number> {
  let newest = 0;
  if (!snapshot.tables.includes('migration')) return newest;
  for await (const row of snapshot.rows('migration')) newest = Math.max(newest, Number(row.number));
  return newest;
}

/** Makes the names in a folder durable, where the platform can. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export const summaryOf = (manifest: BackupManifest): BackupSummary => ({
  siteCode: manifest.siteCode,
  createdAt: manifest.createdAt,
  tables: manifest.tables,
  files: manifest.parts.filter((part) => part.kind === 'file').length,
  bytes: manifest.parts.reduce((sum, part) => sum + part.bytes, 0),
});

/** Read again from the disk before it counts. @throws HoldfastError `backup.damaged`, `disk.not-found` */
export async function verifyBackup(file: string): Promise<BackupManifest> {
  return readBackup(file, async ({ kind, name, chunks }) => {
    const whole = kind === 'file' && name.startsWith(`${contentFolder}/`);
    for await (const _ of whole ? contentOnly(name, chunks) : chunks);
  });
}

/** Passes content on, and holds its bytes against the hash that is its name. */
async function* contentOnly(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== basename(name)) {
    throw new HoldfastError('backup.damaged', `The backup is damaged: ${name} does not have its hash.`);
  }
}

/** A backup in the data folder would be part of itself, and of every later one. */
async function refuseInside(dataFolder: string, file: string): Promise<void> {
  const folder = await realpath(dirname(resolve(file))).catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `There is no folder ${dirname(resolve(file))}.`, { cause });
  });
  if (`${folder}${sep}`.startsWith(`${await realpath(dataFolder)}${sep}`)) {
    throw new HoldfastError('command.invalid', `A backup cannot lie in the data folder ${dataFolder}.`);
  }
}

/**
 * Writes everything of a site into one file, readable by its owner alone: it holds the site's keys.
 * The site may run and change meanwhile. `now` is in milliseconds since 1970.
 * @throws HoldfastError `command.invalid`, `site.missing`, `disk.exists`, `database.unavailable`, `content.not-found`, `backup.damaged`
 */
export async function backupSite(place: SitePlace, file: string, now: number): Promise<BackupSummary> {
  if (await lstat(file).catch(() => undefined)) {
    throw new HoldfastError('disk.exists', `${file} exists already.`);
  }
  if (place.databaseUrl === undefined && !(await lstat(place.file).catch(() => undefined))) {
    throw new HoldfastError('site.missing', `There is no site in ${place.dataFolder}.`);
  }
  await refuseInside(place.dataFolder, file);
  const temporary = `${file}.part`;
  await rm(temporary, { force: true });
  try {
    await withSnapshot(place, async (snapshot) => {
      const site = await firstRow(snapshot, 'site');
      if (!site) throw new HoldfastError('site.missing', 'The database holds no site.');
      const facts = {
        siteCode: String(site.siteCode),
        holdfast: holdfastVersion,
        createdAt: now,
        migration: await newestMigration(snapshot),
      };
      await pipeline(
        backupBytes(facts, partsOf(place, snapshot)),
        createGzip(),
        createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true }),
      );
    });
    const manifest = await verifyBackup(temporary);
    await rename(temporary, file);
    await syncFolder(dirname(resolve(file)));
    return summaryOf(manifest);
  } finally {
    await rm(temporary, { force: true });
  }
}
