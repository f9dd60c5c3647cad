/** Program: opens a package, reads every table, every stream and every file in it, and says what that took. */
import { open } from 'node:fs/promises';
import { type ByteSource, openContent, openDatabase, openProduct } from '@holdfast/msi';

export type Measured = {
  readonly tables: number;
  /** Bytes of all streams, and of all files out of cabinets. */
  readonly streamBytes: number;
  readonly fileBytes: number;
  /** Bytes of memory above those before the package was opened, at most. */
  readonly memory: number;
  readonly seconds: number;
};

const bytesAtOnce = 1 << 17;
const before = process.resourceUsage().maxRSS * 1024;
const start = performance.now();

await using file = await open(process.argv[2] ?? '');
const { size } = await file.stat();
const source: ByteSource = {
  size,
  async read(position, length) {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
    await file.read(bytes, 0, bytes.length, position);
    return bytes;
  },
};
const database = await openDatabase(source);
for (const name of database.tables) await database.table(name);
let streamBytes = 0;
for (const { name } of database.streams) {
  const stream = database.stream(name);
  for (let at = 0; stream !== undefined && at < stream.size; at += bytesAtOnce) {
    streamBytes += (await stream.read(at, bytesAtOnce)).length;
  }
}
let fileBytes = 0;
if (database.tables.includes('File')) {
  const content = openContent(database, await openProduct(database), { neighbours: async () => undefined });
  for await (const { content: pieces } of content.all()) {
    for await (const piece of pieces) fileBytes += piece.length;
  }
}
const measured: Measured = {
  tables: database.tables.length,
  streamBytes,
  fileBytes,
  memory: process.resourceUsage().maxRSS * 1024 - before,
  seconds: (performance.now() - start) / 1000,
};
console.log(JSON.stringify(measured));
