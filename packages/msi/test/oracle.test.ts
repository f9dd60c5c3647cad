/** Every sample package, read here and by msiinfo: the same tables, streams and bytes of every export. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { bytesSource, exportTable, openDatabase, pseudoTables } from '@holdfast/msi';
import { missing, msiinfo, packages } from './support/corpus.ts';

const skip = missing ?? false;

function lines(output: Buffer): string[] {
  return output.toString().split('\n').slice(0, -1);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('sample packages', { skip, concurrency: 2 }, () => {
  for (const path of packages) {
    const name = basename(path);

    it(`${name} has the tables and streams that msiinfo lists, in its order`, async () => {
      const database = await openDatabase(bytesSource(readFileSync(path)));
      assert.deepEqual([...pseudoTables, ...database.tables], lines(await msiinfo('tables', path)));
      assert.deepEqual(
        database.streams.map((stream) => stream.name),
        lines(await msiinfo('streams', path)),
      );
    });

    it(`${name} exports every table byte for byte as msiinfo does`, async () => {
      const database = await openDatabase(bytesSource(readFileSync(path)));
      for (const table of [...pseudoTables, ...database.tables, '_Tables', '_Columns']) {
        const own = [...(await exportTable(database, table))].join('');
        assert.equal(own, (await msiinfo('export', path, table)).toString(), table);
      }
    });

    it(`${name} has the stream contents that msiinfo extracts`, async () => {
      const database = await openDatabase(bytesSource(readFileSync(path)));
      for (const stream of new Set(database.streams.map((one) => one.name))) {
        // The Windows property set is named with a control character, which some builds cannot look up.
        if (stream.startsWith('\u0005')) continue;
        const source = database.stream(stream);
        assert.ok(source);
        const own = await source.read(0, source.size);
        assert.equal(digest(own), digest(await msiinfo('extract', path, stream)), stream);
      }
    });
  }
});
