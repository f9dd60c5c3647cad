/** What other tools say of a package or a cabinet, compared with what is read here: tables, streams, files. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  bytesSource,
  type Database,
  exportTable,
  extractionPaths,
  openContent,
  openDatabase,
  openProduct,
  pseudoTables,
} from '@holdfast/msi';
import { unpackAll } from '../cabinet-support.ts';
import { msiinfo } from './corpus.ts';

const run = promisify(execFile);

/** Why generated packages cannot be compared here; false where they can. */
export const lacking: string | false =
  ['msiinfo', 'msiextract', 'msibuild', 'wixl', 'cabextract', 'gcab']
    .filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
    .map((tool) => `${tool} is not installed`)
    .join(', ') || false;

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function lines(output: Buffer): string[] {
  return output.toString().split('\n').slice(0, -1);
}

/** Names of tables and streams in the order of msiinfo, every table's text, every stream's content. */
export async function compareDatabase(path: string, database: Database): Promise<void> {
  assert.deepEqual([...pseudoTables, ...database.tables], lines(await msiinfo('tables', path)), path);
  const streams = database.streams.map(({ name }) => name);
  assert.deepEqual(streams, lines(await msiinfo('streams', path)), path);
  for (const table of [...pseudoTables, ...database.tables, '_Tables', '_Columns']) {
    const own = [...(await exportTable(database, table))].join('');
    assert.equal(own, (await msiinfo('export', path, table)).toString(), `${path}: ${table}`);
  }
  for (const name of new Set(streams)) {
    // The Windows property set is named with a control character, which some builds cannot look up.
    if (name.startsWith('\u0005')) continue;
    const source = database.stream(name);
    assert.ok(source, `${path}: ${name}`);
    const own = await source.read(0, source.size);
    assert.equal(digest(own), digest(await msiinfo('extract', path, name)), `${path}: stream ${name}`);
  }
}

/** Digests of all files below a folder, by path. */
function tree(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (lstatSync(path).isFile()) found.set(name, digest(readFileSync(path)));
  }
  return found;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-oracle-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const sorted = (map: ReadonlyMap<string, string>) =>
  [...map].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));

/** Digests of the files of a package by the path that they are extracted to. */
async function extracted(path: string, database: Database): Promise<Map<string, string>> {
  const product = await openProduct(database);
  const paths = extractionPaths(product);
  const beside = dirname(path);
  const content = openContent(database, product, {
    neighbours: async (steps) => {
      const bytes = await readBeside(beside, steps);
      return bytes && { ...bytesSource(bytes), [Symbol.asyncDispose]: async () => {} };
    },
  });
  const found = new Map<string, string>();
  for await (const { files, content: pieces } of content.all()) {
    const hash = createHash('sha256');
    for await (const piece of pieces) hash.update(piece);
    const value = hash.digest('hex');
    for (const file of files) found.set((paths.get(file) ?? []).join('/'), value);
  }
  return found;
}

async function readBeside(folder: string, steps: readonly string[]): Promise<Buffer | undefined> {
  let at = folder;
  for (const step of steps) {
    const name = readdirSync(at).find((one) => one.toLowerCase() === step.toLowerCase());
    if (name === undefined) return undefined;
    at = join(at, name);
  }
  return readFileSync(at);
}

/** The files of a package as msiextract lays them out. */
export async function compareFiles(path: string, database: Database): Promise<number> {
  return inFolder(async (folder) => {
    await run('msiextract', ['-C', folder, path], { maxBuffer: 1 << 26 });
    const own = await extracted(path, database);
    assert.deepEqual(sorted(own), sorted(tree(folder)), path);
    return own.size;
  });
}

/** A package with everything in it. */
export async function comparePackage(path: string, { files = true } = {}): Promise<void> {
  const database = await openDatabase(bytesSource(readFileSync(path)));
  await compareDatabase(path, database);
  if (files && database.tables.includes('File')) await compareFiles(path, database);
}

/** The files of a cabinet as cabextract unpacks them. */
export async function compareCabinet(path: string): Promise<void> {
  await inFolder(async (folder) => {
    await run('cabextract', ['-q', '-d', folder, path]);
    const own = await unpackAll(readFileSync(path));
    const named = new Map([...own].map(([name, bytes]) => [name.replaceAll('\\', '/'), digest(bytes)]));
    assert.deepEqual(sorted(named), sorted(tree(folder)), path);
  });
}
