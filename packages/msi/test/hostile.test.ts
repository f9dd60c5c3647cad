/** Damaged packages: coded errors and nothing else, at once, and with no more memory than the file has. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  type ByteSource,
  bytesSource,
  encodeStreamName,
  exportTable,
  openDatabase,
  pseudoTables,
} from '@holdfast/msi';
import fc from 'fast-check';
import { compoundFile } from './support/compound-writer.ts';
import { packages } from './support/corpus.ts';
import { databaseStreams } from './support/database-writer.ts';

/** Longest that one damaged package may take, milliseconds. */
const patience = 2000;

/** Everything that can be asked of a package. Answers what it threw. */
async function readAll(source: ByteSource): Promise<unknown> {
  try {
    const database = await openDatabase(source);
    const failures: unknown[] = [];
    for (const name of [...pseudoTables, ...database.tables, '_Streams', '_Columns']) {
      try {
        for (const piece of await exportTable(database, name)) assert.ok(piece.length > 0);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    for (const { name } of database.streams) {
      try {
        const stream = database.stream(name);
        for (let at = 0; stream !== undefined && at < stream.size; at += 1 << 20)
          await stream.read(at, 1 << 20);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    return failures.find((thrown) => !isCoded(thrown)) ?? failures[0];
  } catch (thrown) {
    return thrown;
  }
}

function isCoded(thrown: unknown): boolean {
  return isHoldfastError(thrown, 'msi.invalid', 'msi.limit', 'not-found');
}

async function survives(bytes: Uint8Array): Promise<void> {
  const started = performance.now();
  const thrown = await readAll(bytesSource(bytes));
  assert.ok(thrown === undefined || isCoded(thrown), `threw ${String(thrown)}`);
  assert.ok(performance.now() - started < patience, 'it took too long');
}

const small = (() => {
  const tables = ['One', 'Two', 'Three'].map((name) => ({
    name,
    columns: [
      { name: 'Key', type: 0x2d48 },
      { name: 'Value', type: 0x1d00 },
      { name: 'Number', type: 0x1104 },
      { name: 'Data', type: 0x1900 },
    ],
    rows: Array.from({ length: 12 }, (_, row) => [`key${row}`, `${name} value ${row}`, row, null]),
  }));
  const cabinet = encodeStreamName({ name: 'product.cab', isTable: false });
  return compoundFile({
    streams: { ...databaseStreams({ tables, codePage: 1252 }), [cabinet]: new Uint8Array(9000).fill(1) },
    storage: { name: 'patch', streams: { a: Uint8Array.of(1) } },
  });
})();

/** A change of some bytes: a flip, a number that is often wrong in such formats, or bytes of another place. */
const change = fc.record({
  at: fc.nat(),
  value: fc.oneof(
    fc.nat(255).map((byte) => [byte]),
    fc.constantFrom(
      [0xff, 0xff, 0xff, 0xff],
      [0xfe, 0xff, 0xff, 0xff],
      [0, 0, 0, 0],
      [0xff, 0xff, 0xff, 0x7f],
    ),
    fc.nat(64).map((sector) => [sector, 0, 0, 0]),
  ),
});

function damaged(
  whole: Uint8Array,
  changes: readonly { at: number; value: readonly number[] }[],
): Uint8Array {
  const copy = Uint8Array.from(whole);
  for (const { at, value } of changes) {
    for (const [index, byte] of value.entries()) copy[((at % copy.length) + index) % copy.length] = byte;
  }
  return copy;
}

describe('damaged packages', () => {
  it('is whole before it is damaged', async () => {
    assert.equal(await readAll(bytesSource(small)), undefined);
  });

  it('fail with a code at every length they may be cut to', async () => {
    for (let length = 0; length < small.length; length += length < 2048 ? 13 : 97) {
      await survives(small.subarray(0, length));
    }
  });

  it('fail with a code or are read, whatever bytes are changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) =>
        survives(damaged(small, changes)),
      ),
      { numRuns: 1500 },
    );
  });

  it('fail with a code or are read when header, allocation or directory are changed', async () => {
    const tables = small.length - 512;
    const places = fc.oneof(
      fc.nat(511),
      fc.nat(511).map((at) => tables + at),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(places, change), { minLength: 1, maxLength: 3 }), (changes) =>
        survives(
          damaged(
            small,
            changes.map(([at, one]) => ({ ...one, at })),
          ),
        ),
      ),
      { numRuns: 1500 },
    );
  });

  it('of the corpus fail with a code or are read', {
    skip: packages.length === 0 && 'no sample packages',
  }, async () => {
    const path = packages.find((one) => one.includes('external'));
    assert.ok(path);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(40_000), (changes, length) =>
        survives(damaged(whole.subarray(0, length > 32_768 ? whole.length : Math.max(length, 1)), changes)),
      ),
      { numRuns: 300 },
    );
  });

  it('that are of random bytes, or empty, are refused', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), survives), { numRuns: 200 });
  });

  it('cannot make a reader ask for more than the file has', async () => {
    const file = Buffer.from(small);
    file.writeUInt32LE(0x7fff_ffff, 44);
    await assert.rejects(openDatabase(bytesSource(file)), (thrown) => isHoldfastError(thrown, 'msi.invalid'));
  });
});
