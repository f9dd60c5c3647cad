/** Streams of two packages (cabinets, binaries, signatures), compared by what is in them. */
import { createHash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { ByteSource } from '../source.ts';
import type { StreamDiff, StreamFacts } from './model.ts';

const pieceBytes = 1 << 20;

async function factsOf(database: Database, name: string): Promise<StreamFacts | null> {
  const stream = database.stream(name);
  return stream === undefined ? null : { size: stream.size, sha256: await sha256Of(stream) };
}

async function sha256Of(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (let position = 0; position < source.size; position += pieceBytes) {
    const piece = await source.read(position, pieceBytes);
    if (piece.length === 0) break;
    hash.update(piece);
  }
  return hash.digest('hex');
}

/** Properties of the summary are compared by themselves. */
const summaries = ['\u0005SummaryInformation', '\u0005DocumentSummaryInformation'];

/** Streams that differ, by name. */
export async function diffStreams(before: Database, after: Database): Promise<readonly StreamDiff[]> {
  const names = new Set(
    [...before.streams, ...after.streams].map(({ name }) => name).filter((name) => !summaries.includes(name)),
  );
  const found: StreamDiff[] = [];
  for (const name of [...names].sort()) {
    const [old, now] = [await factsOf(before, name), await factsOf(after, name)];
    if (old?.sha256 === now?.sha256) continue;
    found.push({
      name,
      change: old === null ? 'added' : now === null ? 'removed' : 'changed',
      before: old,
      after: now,
    });
  }
  return found;
}
