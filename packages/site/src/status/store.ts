/** Rows of status messages as they come in: stored once each, with how far every stream is whole. */
import type { CompiledQuery, Kysely, Selectable } from 'kysely';
import { totalOf } from '../store/pages.ts';
import type { NewStatusMessage, Schema } from '../store/schema.ts';

export type StreamRow = Selectable<Schema['statusStream']>;
export type StoredMessage = { clientId: string; stream: string; seq: number };

/** Rows in one statement: ten parameters each, well below what either database takes. */
const chunkSize = 500;

function* chunksOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += chunkSize) yield rows.slice(start, start + chunkSize);
}

/** The streams of these clients. */
export function findStreams(db: Kysely<Schema>, clientIds: readonly string[]): Promise<StreamRow[]> {
  return db.selectFrom('statusStream').selectAll().where('clientId', 'in', clientIds).execute();
}

/** Rows of one insert of new messages. Few sizes, so that each statement is compiled once and kept. */
const insertSizes = [100, 10, 1] as const;

const messageColumns = [
  'clientId',
  'stream',
  'seq',
  'at',
  'receivedAt',
  'code',
  'severity',
  'deploymentId',
  'details',
] as const satisfies (keyof NewStatusMessage)[];

export type MessageWriter = (db: Kysely<Schema>, messages: readonly NewStatusMessage[]) => Promise<void>;

/** Stores messages that are known to be new. The statements are compiled once for the database that is first seen. */
export function messageWriter(): MessageWriter {
  const compiled = new Map<number, CompiledQuery>();
  function statement(db: Kysely<Schema>, row: NewStatusMessage, size: number): CompiledQuery {
    let query = compiled.get(size);
    if (!query) {
      query = db
        .insertInto('statusMessage')
        .columns([...messageColumns])
        .values(Array.from({ length: size }, () => row))
        .compile();
      compiled.set(size, query);
    }
    return query;
  }
  return async (db, messages) => {
    let start = 0;
    for (const size of insertSizes) {
      for (; messages.length - start >= size; start += size) {
        const rows = messages.slice(start, start + size);
        const [first] = rows;
        if (!first) return;
        const parameters = rows.flatMap((row) => messageColumns.map((column) => row[column]));
        await db.executeQuery({ ...statement(db, first, size), parameters });
      }
    }
  };
}

/** Stores those of the messages that are not stored yet, and answers which they were. */
export async function insertMissing(
  db: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
): Promise<StoredMessage[]> {
  const stored: StoredMessage[] = [];
  for (const chunk of chunksOf(messages)) {
    const rows = await db
      .insertInto('statusMessage')
      .values(chunk)
      .onConflict((conflict) => conflict.columns(['clientId', 'stream', 'seq']).doNothing())
      .returning(['clientId', 'stream', 'seq'])
      .execute();
    stored.push(...rows);
  }
  return stored;
}

export async function saveStreams(db: Kysely<Schema>, streams: readonly StreamRow[]): Promise<void> {
  for (const chunk of chunksOf(streams)) {
    await db
      .insertInto('statusStream')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(['clientId', 'stream']).doUpdateSet((eb) => ({
          acknowledged: eb.ref('excluded.acknowledged'),
          highest: eb.ref('excluded.highest'),
          lost: eb.ref('excluded.lost'),
        })),
      )
      .execute();
  }
}

/** Numbers of a stream that are stored, above one and up to another, ascending; at most `limit`. */
export async function storedNumbers(
  db: Kysely<Schema>,
  stream: Pick<StreamRow, 'clientId' | 'stream'>,
  range: { above: number; upTo: number; limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('statusMessage')
    .select('seq')
    .where('clientId', '=', stream.clientId)
    .where('stream', '=', stream.stream)
    .where('seq', '>', range.above)
    .where('seq', '<=', range.upTo)
    .orderBy('seq')
    .limit(range.limit)
    .execute();
  return rows.map((row) => row.seq);
}

export async function countStored(
  db: Kysely<Schema>,
  stream: Pick<StreamRow, 'clientId' | 'stream'>,
  range: { above: number; upTo: number },
): Promise<number> {
  return await totalOf(
    db
      .selectFrom('statusMessage')
      .where('clientId', '=', stream.clientId)
      .where('stream', '=', stream.stream)
      .where('seq', '>', range.above)
      .where('seq', '<=', range.upTo),
  );
}

/** Which of these deployments exist: a client may name any. */
export async function existingDeployments(db: Kysely<Schema>, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db.selectFrom('deployment').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map((row) => row.id));
}

/** Takes up the states; an older message of the same stream changes nothing. One row for each pair. */
export async function saveStates(
  db: Kysely<Schema>,
  states: readonly Schema['deploymentState'][],
): Promise<void> {
  for (const chunk of chunksOf(states)) {
    await db
      .insertInto('deploymentState')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['deploymentId', 'clientId'])
          .doUpdateSet((eb) => ({
            state: eb.ref('excluded.state'),
            code: eb.ref('excluded.code'),
            at: eb.ref('excluded.at'),
            details: eb.ref('excluded.details'),
            stream: eb.ref('excluded.stream'),
            seq: eb.ref('excluded.seq'),
          }))
          .where((eb) =>
            eb.or([
              eb('deploymentState.stream', 'is distinct from', eb.ref('excluded.stream')),
              eb('deploymentState.seq', '<', eb.ref('excluded.seq')),
            ]),
          ),
      )
      .execute();
  }
}
