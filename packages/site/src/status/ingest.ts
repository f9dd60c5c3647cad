/** Status messages coming in: every message stored once, acknowledged only when it is durable. */
import {
  HoldfastError,
  type StatusAcknowledgement,
  type StatusBatch,
  type StatusMessage,
  statusEntry,
} from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { Kysely } from 'kysely';
import { dropStatesBefore } from '../clients/systems.ts';
import { groupCommit } from '../store/group-commit.ts';
import type { NewStatusMessage, Schema } from '../store/schema.ts';
import { takeTakeoverWords } from '../takeovers/words.ts';
import { announceUpgrade, type Looked, lookAt } from '../upgrades/drive.ts';
import type { UpgradeContext } from '../upgrades/model.ts';
import { takeWords } from '../upgrades/words.ts';
import {
  countStored,
  existingDeployments,
  findStreams,
  insertMissing,
  type MessageWriter,
  messageWriter,
  type StreamRow,
  saveStates,
  saveStreams,
  storedNumbers,
} from './store.ts';

export type StatusIngest = {
  /** Answers after the commit. @throws HoldfastError `request.invalid`, `site.unavailable`, `database.*`, `disk.full` */
  add(batch: StatusBatch): Promise<StatusAcknowledgement>;
  /** Resolves when nothing waits to be stored. */
  idle(): Promise<void>;
};

/** Batches in one transaction. */
const groupLimit = 64;
/** Batches that may wait; beyond it clients are told to come again. At most 1 MiB each. */
const queueLimit = 512;
/** Stored numbers that are read at once while a gap closes. */
const walkLimit = 1_000;

const streamKey = (of: { clientId: string; stream: string }) => `${of.clientId} ${of.stream}`;
const messageKey = (of: { clientId: string; stream: string; seq: number }) => `${streamKey(of)} ${of.seq}`;

function rowOf(batch: StatusBatch, message: StatusMessage, receivedAt: number): NewStatusMessage {
  return {
    clientId: batch.clientId,
    stream: batch.stream,
    seq: message.seq,
    // The client's clock as it was, however wrong: `receivedAt` tells the site's.
    at: message.at,
    receivedAt,
    code: message.code,
    severity: message.severity,
    deploymentId: message.deploymentId ?? null,
    details: JSON.stringify(message.details),
  };
}

/**
 * How far a stream is whole after a batch was stored: numbers that the client no longer has are counted as
 * lost and not waited for.
 */
async function advance(db: Kysely<Schema>, before: StreamRow, batch: StatusBatch): Promise<StreamRow> {
  let { acknowledged, lost, highest } = before;
  if (batch.oldest - 1 > acknowledged) {
    const range = { above: acknowledged, upTo: batch.oldest - 1 };
    const there = highest > acknowledged ? await countStored(db, before, range) : 0;
    lost += range.upTo - range.above - there;
    acknowledged = range.upTo;
  }
  const numbers = batch.messages.map((message) => message.seq).sort((one, other) => one - other);
  highest = Math.max(highest, numbers.at(-1) ?? 0, acknowledged);
  for (const seq of numbers) if (seq === acknowledged + 1) acknowledged = seq;
  while (acknowledged < highest) {
    const range = { above: acknowledged, upTo: highest, limit: walkLimit };
    const stored = await storedNumbers(db, before, range);
    const start = acknowledged;
    for (const seq of stored) if (seq === acknowledged + 1) acknowledged = seq;
    if (acknowledged - start < walkLimit) break;
  }
  return { ...before, acknowledged, lost, highest };
}

/** The last word on each deployment among messages that are new: one row for each pair of deployment and client. */
function statesOf(rows: readonly NewStatusMessage[]): Schema['deploymentState'][] {
  const states = new Map<string, Schema['deploymentState']>();
  for (const { deploymentId, clientId, code, at, details, stream, seq } of rows) {
    const state = statusEntry(code)?.state;
    if (!deploymentId || state === undefined) continue;
    const key = `${deploymentId} ${clientId}`;
    const known = states.get(key);
    if (known && known.stream === stream && (known.seq ?? 0) > seq) continue;
    states.set(key, { deploymentId, clientId, state, code, at, details, stream, seq });
  }
  return [...states.values()];
}

type Streams = Map<string, StreamRow>;

const emptyStream = ({ clientId, stream }: StatusBatch): StreamRow => ({
  clientId,
  stream,
  acknowledged: 0,
  highest: 0,
  lost: 0,
});

/**
 * Parts the messages of a group: above everything that is stored of their stream, and so surely new; or at most
 * as high, and so perhaps sent again. A number that stands in a batch twice is taken once.
 */
function sortOut(batches: readonly StatusBatch[], streams: Streams, receivedAt: number) {
  const fresh: NewStatusMessage[] = [];
  const doubtful: NewStatusMessage[] = [];
  const highest = new Map<string, number>();
  for (const batch of batches) {
    const key = streamKey(batch);
    const before = highest.get(key) ?? streams.get(key)?.highest ?? 0;
    let top = before;
    const taken = new Set<number>();
    for (const message of batch.messages) {
      if (taken.has(message.seq)) continue;
      taken.add(message.seq);
      (message.seq > before ? fresh : doubtful).push(rowOf(batch, message, receivedAt));
      top = Math.max(top, message.seq);
    }
    highest.set(key, top);
  }
  return { fresh, doubtful };
}

/** The messages that were not stored before. */
async function storeMessages(
  db: Kysely<Schema>,
  writeNew: MessageWriter,
  messages: ReturnType<typeof sortOut>,
): Promise<NewStatusMessage[]> {
  await writeNew(db, messages.fresh);
  if (messages.doubtful.length === 0) return messages.fresh;
  const stored = new Set((await insertMissing(db, messages.doubtful)).map(messageKey));
  return [...messages.fresh, ...messages.doubtful.filter((row) => stored.has(messageKey(row)))];
}

async function storeStates(db: Kysely<Schema>, messages: readonly NewStatusMessage[]): Promise<void> {
  const states = statesOf(messages);
  const exist = await existingDeployments(db, [...new Set(states.map((state) => state.deploymentId))]);
  await saveStates(
    db,
    states.filter((state) => exist.has(state.deploymentId)),
  );
  await dropStatesBefore(db, messages);
}

/** What the messages say of upgrades, and what follows from it at once: an upgrade that goes wrong stops with the word of it. */
async function storeUpgrades(
  site: { readonly clock: Clock },
  db: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
): Promise<Map<string, Looked>> {
  const { upgradeIds, clientIds } = await takeWords(db, messages, site.clock.now());
  const looks = new Map<string, Looked>();
  for (const id of upgradeIds) {
    const looked = await lookAt(site, db, id);
    looks.set(id, { clientIds: [...clientIds, ...looked.clientIds], changed: true });
  }
  return looks;
}

type Stored = { readonly answers: StatusAcknowledgement[]; readonly looks: ReadonlyMap<string, Looked> };

/** Stores a group of batches in one transaction. */
async function storeGroup(
  site: { readonly clock: Clock; readonly store: Kysely<Schema>; readonly writeNew: MessageWriter },
  batches: readonly StatusBatch[],
): Promise<Stored> {
  const receivedAt = site.clock.now();
  return await site.store.transaction().execute(async (transaction) => {
    const clientIds = [...new Set(batches.map((batch) => batch.clientId))];
    const streams: Streams = new Map();
    for (const row of await findStreams(transaction, clientIds)) streams.set(streamKey(row), row);
    const sorted = sortOut(batches, streams, receivedAt);
    const stored = await storeMessages(transaction, site.writeNew, sorted);
    await storeStates(transaction, stored);
    await takeTakeoverWords(transaction, stored);
    const looks = await storeUpgrades(site, transaction, stored);

    const touched: Streams = new Map();
    const answers: StatusAcknowledgement[] = [];
    for (const batch of batches) {
      const key = streamKey(batch);
      const after = await advance(
        transaction,
        touched.get(key) ?? streams.get(key) ?? emptyStream(batch),
        batch,
      );
      touched.set(key, after);
      answers.push({ acknowledged: after.acknowledged });
    }
    await saveStreams(transaction, [...touched.values()]);
    return { answers, looks };
  });
}

export function createStatusIngest(site: Omit<UpgradeContext, 'content' | 'entropy'>): StatusIngest {
  const writeNew = messageWriter();
  const group = groupCommit<StatusBatch, StatusAcknowledgement>({
    groupLimit,
    queueLimit,
    async commit(batches) {
      const { answers, looks } = await storeGroup(
        { clock: site.clock, store: site.store, writeNew },
        batches,
      );
      for (const [id, looked] of looks) announceUpgrade(site, id, looked);
      for (const id of new Set(batches.map((batch) => batch.clientId)))
        site.live.publish({ kind: 'status', id });
      return answers;
    },
  });
  return {
    async add(batch) {
      if (batch.messages.some((message) => message.seq < batch.oldest)) {
        throw new HoldfastError(
          'request.invalid',
          'A message is older than the oldest that the client has.',
          {
            details: { field: 'oldest' },
          },
        );
      }
      return await group.add(batch);
    },
    idle: () => group.idle(),
  };
}
