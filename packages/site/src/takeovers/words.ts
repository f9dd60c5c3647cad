/** What clients say of takeovers: the last word of each counts. */
import { type StatusName, statusCode, type TakeoverState } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { NewStatusMessage, Schema } from '../store/schema.ts';

/** What each message says. */
const said = {
  'agent-absent': 'absent',
  'agent-recognized': 'recognized',
  'takeover-waits': 'waiting',
  'takeover-begun': 'under-way',
  'agent-taken-over': 'taken-over',
  'agent-put-back': 'put-back',
  'takeover-held': 'held',
} as const satisfies Partial<Record<StatusName, TakeoverState>>;

const states: ReadonlyMap<number, TakeoverState> = new Map(
  Object.entries(said).map(([name, state]) => [statusCode(name as keyof typeof said), state]),
);

/** Of the last word; a member that has not said anything was ordered. */
export function stateOf(code: number | null): TakeoverState {
  return (code === null ? undefined : states.get(code)) ?? 'ordered';
}

/** Codes of the messages that say of an agent that it is, or was, there. */
export const codesOfAgent: readonly number[] = [...states].flatMap(([code, state]) =>
  state === 'absent' || state === 'waiting' ? [] : [code],
);

/** @param messages new ones, in the order of their streams */
export async function takeTakeoverWords(
  db: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
): Promise<void> {
  const words = messages.filter(({ code }) => states.has(code));
  if (words.length === 0) return;
  const ids = new Set(words.map(takeoverOf));
  const rows = await db
    .selectFrom('takeover')
    .select('id')
    .where('id', 'in', [...ids])
    .execute();
  const known = new Set(rows.map(({ id }) => id));
  for (const message of words) {
    const takeoverId = takeoverOf(message);
    if (!known.has(takeoverId)) continue;
    const { clientId, code, details, at, stream, seq } = message;
    const word = { code, details, at, stream, seq };
    await db
      .insertInto('takeoverMember')
      .values({ takeoverId, clientId, ...word })
      .onConflict((conflict) =>
        conflict
          .columns(['takeoverId', 'clientId'])
          .doUpdateSet(word)
          // Of one stream the higher number is the later word; another stream is a newer journal.
          .where((eb) =>
            eb.or([eb('takeoverMember.stream', '<>', stream), eb('takeoverMember.seq', '<', seq)]),
          ),
      )
      .execute();
  }
}

function takeoverOf({ details }: NewStatusMessage): string {
  const { takeoverId } = JSON.parse(details) as Record<string, unknown>;
  return typeof takeoverId === 'string' ? takeoverId : '';
}
