/** A backup becomes a site again: all of it, or nothing that anyone can see. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HoldfastError } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { openSignIn } from '../auth/auth.adapter.ts';
import {
  type BackupSummary,
  batchRows,
  type SitePlace,
  stagingName,
  summaryOf,
  syncFolder,
  verifyBackup,
} from './backup.ts';
import { readBackup } from './backup-format.ts';
import { openTarget, type Row, type TableWriter, withWriter } from './backup-tables.ts';
import { migrate, migrations } from './migrate.ts';
import type { DatabaseKind } from './migration.ts';
import type { Schema } from './schema.ts';

function revived(_key: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$bytes' in value && typeof value.$bytes === 'string') {
    return Buffer.from(value.$bytes, 'base64');
  }
  return value;
}

async function writeTable(
  writer: TableWriter,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!writer.tables.has(name)) {
    throw new HoldfastError('database.newer', `This version of Holdfast does not know the table ${name}.`);
  }
  await writer.clear(name);
  const decoder = new TextDecoder();
  let rest = '';
  let rows: Row[] = [];
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) rows.push(JSON.parse(line, revived));
    if (rows.length >= batchRows) {
      await writer.write(name, rows);
      rows = [];
    }
  }
  if (rows.length > 0) await writer.write(name, rows);
}

/** Paths in a backup are below the data folder, whatever it says. */
function insideStaging(staging: string, name: string): string {
  const path = resolve(staging, name);
  if (!path.startsWith(resolve(staging) + sep)) {
    throw new HoldfastError('backup.damaged', `The backup is damaged: ${name} lies outside.`);
  }
  return path;
}

async function writeFilePart(
  staging: string,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const path = insideStaging(staging, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  await syncFolder(dirname(path));
}

/** The data folder, made if it is missing, without what an interrupted restore has left. */
async function emptyDataFolder(dataFolder: string): Promise<string> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const staging = join(dataFolder, stagingName);
  await rm(staging, { recursive: true, force: true });
  if ((await readdir(dataFolder)).length > 0) {
    throw new HoldfastError('site.exists', `The data folder ${dataFolder} is not empty.`);
  }
  await mkdir(staging, { mode: 0o700 });
  return staging;
}

/** Moves what was restored to its place: the database, by which a site is known to be there, last. */
async function reveal(staging: string, dataFolder: string, databaseName: string): Promise<void> {
  const names = await readdir(staging);
  const rank = (name: string) => (name === databaseName ? 1 : 0);
  for (const name of names.sort((one, other) => rank(one) - rank(other))) {
    await rename(join(staging, name), join(dataFolder, name));
  }
  await rmdir(staging);
  await syncFolder(dataFolder);
}

/** The tables that the migrations do not make: accounts, sessions and keys. Nothing is signed with this secret. */
async function makeSignInTables(target: { kind: DatabaseKind; store: Kysely<Schema> }): Promise<void> {
  await openSignIn({
    ...target,
    secret: randomBytes(32).toString('base64url'),
    publicUrl: 'http://127.0.0.1',
    log: () => undefined,
  });
}

/**
 * Restores a backup into an empty data folder and, with a database URL, an empty database. The whole backup
 * is read and checked before anything is written; nothing of it can be seen before all of it is there.
 * `now` is in milliseconds since 1970.
 * @throws HoldfastError `backup.damaged`, `site.exists`, `database.newer`, `database.unavailable`, `disk.not-found`
 */
export async function restoreSite(file: string, place: SitePlace, now: number): Promise<BackupSummary> {
  const manifest = await verifyBackup(file);
  if (manifest.migration > (migrations.at(-1)?.number ?? 0)) {
    throw new HoldfastError('database.newer', `Holdfast ${manifest.holdfast} wrote this backup.`);
  }
  const staging = await emptyDataFolder(place.dataFolder);
  const databaseName = basename(place.file);
  try {
    const target = openTarget({ databaseUrl: place.databaseUrl, file: join(staging, databaseName) });
    try {
      await migrate(
        target.store,
        target.kind,
        now,
        migrations.filter((migration) => migration.number <= manifest.migration),
      );
      await makeSignInTables(target);
      await withWriter(target, async (writer) => {
        const again = await readBackup(file, ({ kind, name, chunks }) =>
          kind === 'table' ? writeTable(writer, name, chunks) : writeFilePart(staging, name, chunks),
        );
        if (JSON.stringify(again) !== JSON.stringify(manifest)) {
          throw new HoldfastError('backup.damaged', 'The backup changed while it was read.');
        }
        // Clients refuse an older index than theirs, and theirs may be younger than the backup. Seconds rise
        // faster than serials, with every restore anew.
        await writer.raisePolicySerials(Math.floor(now / 1000));
      });
    } finally {
      await target.store.destroy();
    }
    await reveal(staging, place.dataFolder, databaseName);
    return summaryOf(manifest);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
