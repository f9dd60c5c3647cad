/** Packages: compound files, the databases in them, string pools and summaries. */
import { bytesSource, exportTable, openDatabase, pseudoTables } from '@holdfast/msi';
import { readStringPool } from '../../packages/msi/src/database/string-pool.ts';
import { readSummary, summaryText } from '../../packages/msi/src/database/summary.ts';
import { type Field, mutate, planOf } from '../mutate.ts';
import { outcomeOf, outcomeOfAll, promise, type Target } from '../target.ts';
import { packages } from './packages.ts';
import { summaryBytes } from './summary-bytes.ts';

const pieceBytes = 1 << 16;

/** Opens it, exports every table and reads every stream. */
async function readPackage(bytes: Uint8Array): Promise<string> {
  let database: Awaited<ReturnType<typeof openDatabase>> | undefined;
  const opened = await outcomeOf(async () => {
    database = await openDatabase(bytesSource(bytes));
  });
  if (database === undefined) return opened;
  const known = database;
  const exports = [...pseudoTables, ...known.tables, '_Tables', '_Columns', '_Streams'].map(
    (name) => async () => {
      for (const piece of await exportTable(known, name)) promise(piece.length > 0, () => 'an empty piece');
    },
  );
  let read = 0;
  const streams = known.streams.map(({ name }) => async () => {
    const stream = known.stream(name);
    for (let at = 0; stream !== undefined && at < stream.size; at += pieceBytes) {
      read += (await stream.read(at, pieceBytes)).length;
    }
  });
  const outcome = await outcomeOfAll([...exports, ...streams]);
  promise(read <= 2 * bytes.length, () => `${read} bytes of streams out of a file of ${bytes.length}`);
  return outcome;
}

const compound: Target = {
  name: 'compound',
  sound: packages.map(({ container }) => container.bytes),
  make: (random, kept) =>
    mutate(
      random,
      packages.map(({ container }) => container),
      kept,
    ),
  run: readPackage,
};

const database: Target = {
  name: 'database',
  sound: packages.map(({ content }) => content.bytes),
  make: (random, kept) =>
    mutate(
      random,
      packages.map(({ content }) => content),
      kept,
    ),
  run: readPackage,
};

/** Pool and data behind each other: the first two bytes say how long the pool is. */
function poolPlan(codePage: number, lengths: readonly number[]) {
  const pool = Buffer.alloc(4 + lengths.length * 4);
  pool.writeUInt32LE(codePage, 0);
  for (const [index, length] of lengths.entries()) {
    pool.writeUInt16LE(length & 0xffff, 4 + index * 4);
    pool.writeUInt16LE(length > 0 ? 1 : 0, 6 + index * 4);
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const head = Buffer.alloc(2);
  head.writeUInt16LE(pool.length, 0);
  const bytes = Uint8Array.from(Buffer.concat([head, pool, Buffer.alloc(total, 0xe4)]));
  const fields = Array.from(
    { length: pool.length / 2 + 1 },
    (_, index): Field => ({
      at: index * 2,
      width: 2,
      kind: index === 0 ? 'split' : index < 3 ? 'page' : 'entry',
    }),
  );
  const pages = [0, 866, 874, 932, 936, 949, 950, 1200, 1201, 1250, 1258, 28591, 28602, 54936, 65000, 65001];
  return planOf(bytes, fields, [], { page: pages });
}

const pools = [poolPlan(1252, [3, 0, 5, 9]), poolPlan(932, [2, 2, 40]), poolPlan(65001, [1, 1, 1, 1, 1, 1])];

const pool: Target = {
  name: 'pool',
  sound: pools.map(({ bytes }) => bytes),
  make: (random, kept) => mutate(random, pools, kept),
  run: (bytes) =>
    outcomeOf(async () => {
      const split = 2 + ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8));
      const read = readStringPool(bytes.subarray(2, split), bytes.subarray(split));
      let characters = 0;
      for (let reference = 0; reference <= read.highest + 2; reference += 1) {
        characters += read.text(reference)?.length ?? 0;
      }
      promise(characters <= bytes.length, () => `${characters} characters out of ${bytes.length} bytes`);
    }),
};

const summaryPlan = (() => {
  const bytes = summaryBytes();
  const fields = Array.from({ length: Math.floor(bytes.length / 4) }, (_, index): Field => {
    const at = index * 4;
    return { at, width: 4, kind: at < 48 ? 'header' : at < 112 ? 'table' : 'value' };
  });
  return planOf(bytes, fields, [], {
    value: [2, 3, 30, 31, 64, 0x1_0000],
    table: [0, 1, 48, 64, bytes.length],
  });
})();

const summary: Target = {
  name: 'summary',
  sound: [summaryPlan.bytes],
  make: (random, kept) => mutate(random, [summaryPlan], kept),
  run: (bytes) =>
    outcomeOf(async () => {
      for (const value of readSummary(bytes).values()) summaryText(value);
    }),
};

export const databaseTargets: readonly Target[] = [compound, database, pool, summary];
