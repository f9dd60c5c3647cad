/** What was tried before: setbacks, each kind with its own limit and back-off, kept across restarts. */
import type { Entropy } from '@holdfast/ports';
import { type Backoff, backoffMs } from './backoff.ts';

/** Why an attempt did not reach its goal. */
export type Setback =
  /** The program failed, was ended for running too long, or could not be started. */
  | 'failed'
  /** The program ended well, and detection does not agree. */
  | 'unverified'
  /** Something that it needs was not there yet (Win32 21), although its gates were open. */
  | 'not-ready'
  /** The system said no: a policy, a right, a platform. */
  | 'refused'
  /** Another installer holds the machine's installer: Windows Installer's 1618, dpkg's lock. */
  | 'busy'
  /** The client or the machine went down while the program ran, and the goal was not reached. */
  | 'interrupted'
  /** Content came, and was not what the policy names. */
  | 'content-refused'
  /** Content could not be fetched: the network or the site, not the package. */
  | 'unreachable'
  /** A readiness gate was closed. */
  | 'gate-closed'
  /** Detection could not look: an answer of neither yes nor no. */
  | 'undetectable';

/** `limit`: setbacks of this kind in a row, at which the item is held; null = never. */
type SetbackRule = Backoff & { readonly limit: number | null };

const second = 1_000;
const minute = 60 * second;

/** Waits caused from outside are capped so that all is well within five minutes of the last fault. */
export const setbackRules: Readonly<Record<Setback, SetbackRule>> = {
  failed: { limit: 5, baseMs: 30 * second, capMs: 60 * minute },
  unverified: { limit: 2, baseMs: 10 * second, capMs: minute },
  'not-ready': { limit: 60, baseMs: 10 * second, capMs: 4 * minute },
  refused: { limit: 1, baseMs: minute, capMs: minute },
  busy: { limit: 60, baseMs: 10 * second, capMs: 4 * minute },
  interrupted: { limit: 30, baseMs: second, capMs: minute },
  'content-refused': { limit: 5, baseMs: 30 * second, capMs: 60 * minute },
  unreachable: { limit: null, baseMs: 5 * second, capMs: 4 * minute },
  'gate-closed': { limit: null, baseMs: 15 * second, capMs: 4 * minute },
  undetectable: { limit: null, baseMs: 15 * second, capMs: 4 * minute },
};

/** No wait that this machine drew for itself is longer: a wall clock that was set back cannot stretch one. */
export const longestWaitMs = Math.max(...Object.values(setbackRules).map((rule) => rule.capMs));

/** Repairs of one item that start within `repairPeriodMs`; the next one is held until the first is older. */
export const repairLimit = 5;
export const repairPeriodMs = 24 * 60 * minute;

/** Of one item in one version: a new version begins with an empty one. Plain JSON. */
export type History = {
  /** Setbacks since the goal was last reached, by kind. */
  readonly setbacks: Readonly<Partial<Record<Setback, number>>>;
  /** Not tried again before; wall clock. */
  readonly notBefore: number | null;
  /** Milliseconds that were drawn for `notBefore`. */
  readonly waitMs?: number;
  /** The sentence of the last setback. */
  readonly reason: string | null;
  /** The kind whose limit was reached: held until a person or a new version lets go. */
  readonly heldBy: Setback | null;
  /** Detection held once: false from now on means broken. */
  readonly hadIt: boolean;
  /** When the repairs of the last period started; wall clock. */
  readonly repairs: readonly number[];
  /** The boot in which a program asked for a restart; the goal counts only in another one. */
  readonly rebootAfter: string | null;
  /** The last removal was cut short, and found done all the same: a power cut may bring back a part of what it removed. */
  readonly cutShort?: boolean;
};

export const emptyHistory: History = {
  setbacks: {},
  notBefore: null,
  reason: null,
  heldBy: null,
  hadIt: false,
  repairs: [],
  rebootAfter: null,
};

/** After a setback: counted, and either held or waiting for a time that is drawn here and kept. */
export function afterSetback(
  history: History,
  setback: Setback,
  reason: string,
  now: number,
  entropy: Pick<Entropy, 'integer'>,
): History {
  const rule = setbackRules[setback];
  const count = (history.setbacks[setback] ?? 0) + 1;
  const held = rule.limit !== null && count >= rule.limit;
  const waitMs = held ? 0 : backoffMs(count, rule, entropy);
  return {
    ...history,
    setbacks: { ...history.setbacks, [setback]: count },
    reason,
    heldBy: held ? setback : null,
    notBefore: held ? null : now + waitMs,
    waitMs,
    // Who could not look knows nothing of a restart either.
    rebootAfter: setback === 'undetectable' ? history.rebootAfter : null,
  };
}

/** Until when a setback asks to wait; null: no more. A wall clock that was set back stretches no wait beyond what was drawn. */
export function waitsUntil(
  { notBefore, waitMs = longestWaitMs }: Pick<History, 'notBefore' | 'waitMs'>,
  now: number,
): number | null {
  return notBefore !== null && now < notBefore && notBefore - now <= waitMs ? notBefore : null;
}

/** After detection agreed with what is desired. @param present whether it is there now */
export function afterSuccess(history: History, present: boolean, cutShort = history.cutShort): History {
  const { repairs } = history;
  return { ...emptyHistory, hadIt: present, repairs, ...(cutShort && !present ? { cutShort } : {}) };
}

/** When a repair starts: counted before it runs, so that a crash in it counts too. */
export function afterRepairStarted(history: History, now: number): History {
  return { ...history, repairs: [...recentRepairs(history, now), now] };
}

/** When a person asks: what was held is let go, with a whole new budget. */
export function afterRequest(history: History): History {
  return { ...emptyHistory, hadIt: history.hadIt, rebootAfter: history.rebootAfter };
}

/**
 * On another operating system: what was tried on the one before says nothing of it. That it was there once, and that a
 * removal of ours was cut short, is kept: the files of an upgraded system are those of before.
 */
export function afterSystemChange(history: History): History {
  const begun = wasBegun(history) ? { cutShort: true } : {};
  return { ...afterRequest(history), ...begun };
}

/** Whether a program was begun that did not end well. */
export function wasBegun({ setbacks, cutShort }: Pick<History, 'setbacks' | 'cutShort'>): boolean {
  return cutShort === true || setbacks.interrupted !== undefined || setbacks.failed !== undefined;
}

/** Repairs of the last period; those of the future (a clock that was set back) count as just now. */
export function recentRepairs(history: History, now: number): readonly number[] {
  return history.repairs.map((at) => Math.min(at, now)).filter((at) => at > now - repairPeriodMs);
}
