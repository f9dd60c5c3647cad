/** What clients say of their version, as status messages: which member it is about, and how that one stands after it. */
import { currentWire, statusCode, statusTextLimit } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { ClientUpgradeMemberRow, ClientUpgradeRow, NewStatusMessage, Schema } from '../store/schema.ts';
import { lockUpgrade, saveMember, unended } from './store.ts';
import { waysTo } from './ways.ts';

const codes = {
  waits: statusCode('version-waits'),
  refused: statusCode('version-refused'),
  onTrial: statusCode('version-on-trial'),
  blessed: statusCode('version-blessed'),
  reverted: statusCode('version-reverted'),
  verified: statusCode('software-verified'),
} as const;

const versionCodes: ReadonlySet<number> = new Set([
  codes.waits,
  codes.refused,
  codes.onTrial,
  codes.blessed,
  codes.reverted,
]);

/** A message about the version of its client. Its texts are the client's: hostile. */
type Word = {
  readonly code: number;
  readonly clientId: string;
  readonly upgradeId: string;
  readonly version: string;
  /** A detail as text that either database takes. */
  detail(name: string): string;
};

/** PostgreSQL refuses NUL in text, so it is made visible. */
const text = (value: unknown): string =>
  value === undefined ? '?' : String(value).replaceAll('\u0000', '\ufffd').slice(0, statusTextLimit);

function wordOf(
  { clientId, code, details }: NewStatusMessage,
  of?: { readonly upgradeId: string; readonly version: string },
): Word {
  const facts = JSON.parse(details) as Record<string, unknown>;
  const detail = (name: string) => text(facts[name]);
  return { clientId, code, upgradeId: detail('upgradeId'), version: detail('version'), ...of, detail };
}

type Proof = Pick<Schema['clientUpgradeProof'], 'deploymentId' | 'upgradeId' | 'version'>;

async function proofsAmong(
  db: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
): Promise<ReadonlyMap<string, Proof>> {
  const ids = messages.flatMap(({ code, deploymentId }) =>
    code === codes.verified && deploymentId ? [deploymentId] : [],
  );
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('clientUpgradeProof')
    .select(['deploymentId', 'upgradeId', 'version'])
    .where('deploymentId', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.deploymentId, row]));
}

/** Words about versions among messages, each client's in the order in which it said them. */
async function wordsAmong(db: Kysely<Schema>, messages: readonly NewStatusMessage[]): Promise<Word[]> {
  const proofs = await proofsAmong(db, messages);
  return messages
    .toSorted((one, other) => one.seq - other.seq)
    .flatMap((message) => {
      if (versionCodes.has(message.code)) return [wordOf(message)];
      const proof = message.code === codes.verified ? proofs.get(message.deploymentId ?? '') : undefined;
      return proof ? [wordOf(message, proof)] : [];
    });
}

/** A member whose trial or wait is over, and whose next step begins anew. */
const fresh = { cause: null, reason: null, trialAt: null, proofAt: null, provedAt: null };

/** What a word is judged by, besides the member. */
type Known = {
  /** The version that it takes after this one; null after the last. */
  readonly next: string | null;
  /** As the facts of the client have it. */
  readonly clientVersion: string;
};

/** A version that was taken: the next one is ordered, or the member has ended. */
function afterTaking(
  heard: ClientUpgradeMemberRow,
  now: number,
  { next, clientVersion }: Known,
): ClientUpgradeMemberRow {
  if (heard.provedAt !== null) {
    if (next === null) return { ...heard, state: 'blessed', reason: null, endedAt: now };
    return { ...heard, ...fresh, state: 'ordered', version: next, orderedAt: now };
  }
  // Believed only of one that the site has blessed: a sick version may say anything. Without a trial it had it before.
  if (heard.trialAt !== null || clientVersion !== heard.version) return heard;
  if (next !== null) return { ...heard, ...fresh, version: next };
  return { ...heard, state: 'skipped', reason: `has ${heard.version} already` };
}

/**
 * How a member stands after a word. What it is not asked about, and what comes after its end, changes nothing: messages may be
 * lost and late. Only that a version was given up is believed even of one that was blessed.
 */
function afterWord(
  member: ClientUpgradeMemberRow,
  word: Word,
  now: number,
  known: Known,
): ClientUpgradeMemberRow {
  const isOpen =
    unended.includes(member.state) || (member.state === 'blessed' && word.code === codes.reverted);
  if (!isOpen || word.version !== member.version) return member;
  const heard = { ...member, heardAt: now };
  switch (word.code) {
    case codes.waits: {
      const reason = `waits for ${word.detail('gate')}: ${word.detail('reason')}`.slice(0, statusTextLimit);
      return member.state === 'waiting'
        ? { ...heard, state: 'ordered', orderedAt: now, reason }
        : { ...heard, reason };
    }
    case codes.onTrial:
      // Said twice it is the same trial: one order is never tried again.
      if (member.state === 'on-trial') return heard;
      return { ...heard, reason: null, state: 'on-trial', trialAt: now };
    case codes.verified:
      return member.trialAt === null ? member : { ...heard, proofAt: member.proofAt ?? now };
    case codes.blessed:
      return afterTaking(heard, now, known);
    default: {
      const cause = word.detail(word.code === codes.refused ? 'error' : 'cause').slice(0, 100);
      return { ...heard, state: 'failed', cause, reason: word.detail('reason'), endedAt: now };
    }
  }
}

/** The version that a member takes once this one is blessed, and the one that it has. */
async function knownOf(
  db: Kysely<Schema>,
  upgrade: ClientUpgradeRow,
  { version, clientId }: ClientUpgradeMemberRow,
): Promise<Known> {
  const client = await db
    .selectFrom('client')
    .select(['platform', 'architecture', 'clientVersion'])
    .where('id', '=', clientId)
    .executeTakeFirstOrThrow();
  const { clientVersion } = client;
  if (version === upgrade.version) return { next: null, clientVersion };
  const ways = await waysTo(db, { action: 'upgrade', version: upgrade.version });
  // Whoever tells of a trial speaks today's wire, whatever its row still says.
  const way = ways.of({ ...client, clientVersion: version, wire: currentWire });
  // A release that is gone meanwhile: the order stands, and the client says why it cannot take it.
  return { next: 'version' in way ? way.version : upgrade.version, clientVersion };
}

const unknown: Known = { next: null, clientVersion: '' };

async function takeOfMember(
  db: Kysely<Schema>,
  upgrade: ClientUpgradeRow,
  clientId: string,
  words: readonly Word[],
  now: number,
): Promise<boolean> {
  const known = await db
    .selectFrom('clientUpgradeMember')
    .selectAll()
    .where('upgradeId', '=', upgrade.id)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  if (!known) return false;
  let member = known;
  for (const word of words) {
    const about = word.code === codes.blessed ? await knownOf(db, upgrade, member) : unknown;
    member = afterWord(member, word, now, about);
  }
  if (member === known) return false;
  await saveMember(db, member);
  return true;
}

export type Touched = { readonly upgradeIds: readonly string[]; readonly clientIds: readonly string[] };

/**
 * Takes up messages that were just stored, in the transaction that stored them: neither is ever without the other. Answers
 * whose members changed.
 */
export async function takeWords(
  transaction: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
  now: number,
): Promise<Touched> {
  const words = await wordsAmong(transaction, messages);
  const named = [...new Set(words.map(({ upgradeId }) => upgradeId))];
  const touched = { upgradeIds: [] as string[], clientIds: [] as string[] };
  if (named.length === 0) return touched;
  // A client may name any; those that exist are locked in one order, so that no two wait for each other.
  const upgrades = await transaction
    .selectFrom('clientUpgrade')
    .select('id')
    .where('id', 'in', named)
    .orderBy('id')
    .execute();
  for (const { id } of upgrades) {
    const upgrade = await lockUpgrade(transaction, id);
    const own = words.filter(({ upgradeId }) => upgradeId === id);
    let changed = false;
    for (const [clientId, said] of Map.groupBy(own, (word) => word.clientId)) {
      if (!(await takeOfMember(transaction, upgrade, clientId, said, now))) continue;
      touched.clientIds.push(clientId);
      changed = true;
    }
    if (changed) touched.upgradeIds.push(id);
  }
  return touched;
}
