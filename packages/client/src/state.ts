/** Everything the client knows for good: one state in one journal, so that what belongs together is committed together. */
import type {
  Assignment,
  DeploymentState,
  GateWait,
  PolicyIndex,
  Sha256,
  SiteCode,
  StatusMessage,
  Timestamp,
  Uuid,
} from '@holdfast/contract';
import {
  type Action,
  afterSystemChange,
  type History,
  type Journal,
  type Unfinished,
} from '@holdfast/engine';
import { type HealthEntry, type HealthRecord, healthAfter } from './health/record.ts';
import type { OlderHistory } from './inheritance.ts';
import type { KnownSystem, SystemEntry } from './known-system.ts';
import { newItem } from './new-item.ts';
import { type Outbox, type OutboxEntry, outboxAfter } from './status/outbox.ts';
import { type TakeoverEntry, type TakeoverProgress, takeoversAfter } from './takeover/progress.ts';
import type { VersionEntry, VersionProgress } from './versions/progress.ts';

/** The site as pinned when the client was enrolled. */
export type Trust = {
  readonly siteCode: SiteCode;
  /** PEM of the policy key; its fingerprint was in the token. */
  readonly policyKey: string;
  /** PEM authorities of the site's TLS. */
  readonly authorities: readonly string[];
  readonly issuedAt: Timestamp;
};

/** A key whose certificate was asked for, and not seen yet: asked for again with the same key. */
export type PendingIdentity = {
  /** Name of the private key's file in the folder `keys`. */
  readonly keyFile: string;
  readonly request: string;
  readonly trust: Trust;
};

export type Identity = {
  readonly clientId: Uuid;
  readonly keyFile: string;
  readonly certificate: string;
  readonly issuedAt: Timestamp;
  readonly expiresAt: Timestamp;
};

export type Policy = {
  readonly etag: string;
  /** SHA-256 of the signed text. */
  readonly payload: Sha256;
  readonly index: PolicyIndex;
};

/** A step under way. */
export type RunningStep = Unfinished & { readonly action: Action; readonly command: string };

/** One deployment on this client. */
export type Item = {
  /** Hash of the assignment: another one is another version with a history of its own. */
  readonly version: Sha256;
  readonly requested: boolean;
  readonly history: History;
  readonly running: RunningStep | null;
  /** The readiness gate that it stands before. Absent in journals of older clients. */
  readonly waiting?: GateWait | null;
  /** It was reported as broken, so that what mends it is a repair. */
  readonly broken: boolean;
  /** The boot in which it was verified. Absent before that, and in journals of older clients. */
  readonly verifiedIn?: string;
  /** What was said last, so that a standing fact is said once. */
  readonly said: string | null;
  readonly state: DeploymentState;
  readonly text: string;
};

export type ClientState = {
  readonly trust: Trust | null;
  readonly pending: PendingIdentity | null;
  readonly identity: Identity | null;
  readonly policy: Policy | null;
  /** What was refused last, so that it is reported once. */
  readonly refusedPolicy: string | null;
  readonly assignments: Readonly<Record<Sha256, Assignment>>;
  readonly items: Readonly<Record<Uuid, Item>>;
  /** SHA-256 of the facts that the site has. */
  readonly factsSent: Sha256 | null;
  readonly outbox: Outbox;
  /** Absent before the first run, and in journals of older clients. */
  readonly health?: HealthRecord;
  /** Absent before the first order for its own version, and in journals of older clients. */
  readonly version?: VersionProgress;
  /** What an older client on this machine has brought about; until the first policy says which of it still counts. */
  readonly inherited?: OlderHistory;
  /** The operating system that the items and the facts sent are of. Absent in journals of older clients. */
  readonly system?: KnownSystem;
  /** Foreign agents that are being taken over, by takeover. Absent before the first. */
  readonly takeovers?: Readonly<Record<Uuid, TakeoverProgress>>;
};

/** An entry of the journal. */
export type Entry =
  | { readonly kind: 'identity-pending'; readonly pending: PendingIdentity }
  | { readonly kind: 'identity'; readonly trust: Trust; readonly identity: Identity }
  | {
      readonly kind: 'policy';
      readonly policy: Policy;
      /** Those that the client did not have yet. */
      readonly assignments: Readonly<Record<Sha256, Assignment>>;
    }
  | { readonly kind: 'policy-refused'; readonly refusal: string }
  | { readonly kind: 'item'; readonly id: Uuid; readonly change: Partial<Item> }
  | { readonly kind: 'inherited'; readonly history: OlderHistory }
  | { readonly kind: 'facts-sent'; readonly facts: Sha256 }
  | HealthEntry
  | SystemEntry
  | TakeoverEntry
  | VersionEntry
  | OutboxEntry;

export type ClientJournal = Journal<ClientState, Entry>;

/** @param stream names the outbox: a new one for every new journal */
export function initialState(stream: Uuid): ClientState {
  return {
    trust: null,
    pending: null,
    identity: null,
    policy: null,
    refusedPolicy: null,
    assignments: {},
    items: {},
    factsSent: null,
    outbox: { stream, next: 1, messages: [] as StatusMessage[] },
  };
}

export function reduce(state: ClientState, entry: Entry): ClientState {
  switch (entry.kind) {
    case 'identity-pending':
      return { ...state, pending: entry.pending };
    case 'identity':
      return afterIdentity(state, entry.trust, entry.identity);
    case 'policy':
      return afterPolicy(state, entry.policy, entry.assignments);
    case 'policy-refused':
      return { ...state, refusedPolicy: entry.refusal };
    case 'item': {
      const item = state.items[entry.id];
      // Withdrawn while work on it was under way.
      if (!item) return state;
      return { ...state, items: { ...state.items, [entry.id]: { ...item, ...entry.change } } };
    }
    case 'inherited':
      return { ...state, inherited: entry.history };
    case 'facts-sent':
      return { ...state, factsSent: entry.facts };
    case 'health':
      return { ...state, health: healthAfter(state.health, entry) };
    case 'system':
      return afterSystem(state, entry);
    case 'takeover':
      return { ...state, takeovers: takeoversAfter(state.takeovers, entry) };
    case 'version':
      return { ...state, version: entry.progress };
    default:
      return { ...state, outbox: outboxAfter(state.outbox, entry) };
  }
}

/** Another client id means another sequence of policies: the old serial says nothing about it. */
function afterIdentity(state: ClientState, trust: Trust, identity: Identity): ClientState {
  const same = state.identity?.clientId === identity.clientId;
  return {
    ...state,
    trust,
    identity,
    pending: null,
    policy: same ? state.policy : null,
    refusedPolicy: null,
    factsSent: same ? state.factsSent : null,
  };
}

/**
 * Keeps the item of an unchanged assignment, begins a new one for a new or changed one, drops what was withdrawn;
 * except what has a program under way: that stays as it is until the program has ended and the policy is applied again.
 */
function afterPolicy(
  state: ClientState,
  policy: Policy,
  fetched: Readonly<Record<Sha256, Assignment>>,
): ClientState {
  const known = { ...state.assignments, ...fetched };
  const assignments: Record<Sha256, Assignment> = {};
  const items: Record<Uuid, Item> = {};
  for (const { deploymentId, hash } of policy.index.assignments) {
    const assignment = known[hash];
    if (!assignment) continue;
    assignments[hash] = assignment;
    const item = state.items[deploymentId];
    const had = state.inherited?.[deploymentId];
    if (!item?.running) items[deploymentId] = item?.version === hash ? item : newItem(assignment, hash, had);
  }
  for (const [id, item] of Object.entries(state.items)) {
    const assignment = known[item.version];
    if (!item.running || !assignment) continue;
    items[id] = item;
    assignments[item.version] = assignment;
  }
  const { inherited: _counted, ...rest } = state;
  return { ...rest, policy, refusedPolicy: null, assignments, items };
}

/** Facts and states of before are nobody's any more: each is looked at, and told to the site, as if it were new. */
function afterSystem(state: ClientState, { from, to }: SystemEntry): ClientState {
  if (from === null) return { ...state, system: to };
  const items = Object.entries(state.items).map(([id, item]) => [id, itemOnNewSystem(item)]);
  return { ...state, system: to, factsSent: null, items: Object.fromEntries(items) };
}

/** A program under way stays: whether it still runs is found out by its process. */
function itemOnNewSystem({ verifiedIn: _before, ...item }: Item): Item {
  return {
    ...item,
    history: afterSystemChange(item.history),
    waiting: null,
    broken: false,
    said: null,
    state: 'waiting',
    text: 'It is looked at again: the operating system was changed',
  };
}
