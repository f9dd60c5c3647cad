/** A real msiexec with a package that was read and written again, its cabinet packed anew: the same files come and go. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bytesSink,
  bytesSource,
  type Database,
  dataOf,
  openDatabase,
  packCabinet,
  type Row,
  writePackage,
} from '@holdfast/msi';
import { puttyPackage, toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { unpackAll } from '../../packages/msi/test/cabinet-support.ts';
import { useWine } from '../support/wine.ts';

const noSample = existsSync(puttyPackage.msi) ? undefined : 'the sample package is not here';
const skip = wineAvailable() ?? noSample ?? false;
const wine = useWine(skip);

async function only(database: Database, table: string): Promise<Row> {
  const [row, more] = (await database.table(table)).rows;
  assert.ok(row !== undefined && more === undefined, `${table} has one row`);
  return row;
}

/** Writes the package anew; the contents of its files by their ids. */
async function rewrite(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const database = await openDatabase(bytesSource(readFileSync(puttyPackage.msi)));
  const cabinet = String((await only(database, 'Media'))[3]).replace(/^#/, '');
  const source = database.stream(cabinet);
  assert.ok(source);
  const contents = await unpackAll(await source.read(0, source.size));
  const packed = bytesSink();
  await packCabinet(
    [...contents].map(([name, bytes]) => ({ name, content: bytesSource(bytes) })),
    packed,
  );
  const data = await dataOf(database);
  const streams = data.streams.map((stream) =>
    stream.name === cabinet ? { name: cabinet, content: bytesSource(packed.bytes()) } : stream,
  );
  const sink = bytesSink();
  await writePackage({ ...data, streams }, sink);
  writeFileSync(path, sink.bytes());
  return contents;
}

test('a package that is written again installs the same files under msiexec, and removes them', {
  skip,
}, async () => {
  const path = join(wine.folder, 'rewritten.msi');
  const contents = await rewrite(path);
  const installed = wine.prefix.toLinux(puttyPackage.installedFile.replace(/\\[^\\]*$/, ''));
  assert.equal((await wine.prefix.run('msiexec', ['/i', toWindows(path), '/qn'])).code, 0);
  const database = await openDatabase(bytesSource(readFileSync(path)));
  const expected = (await database.table('File')).rows.map(([id, , name]) => ({
    name: String(name).replace(/^.*\|/, ''),
    bytes: contents.get(String(id)),
  }));
  assert.deepEqual(readdirSync(installed).sort(), expected.map(({ name }) => name).sort());
  for (const { name, bytes } of expected) {
    assert.ok(bytes);
    assert.equal(Buffer.compare(readFileSync(join(installed, name)), bytes), 0, name);
  }
  assert.equal((await wine.prefix.run('msiexec', ['/x', toWindows(path), '/qn'])).code, 0);
  assert.ok(!existsSync(installed), 'nothing is left');
});
