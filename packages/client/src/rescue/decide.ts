/** What the second starter does about what it saw: a pure function of that and of what it remembers. */
import type { Uuid } from '@holdfast/contract';
import type { Readiness, StarterState } from '@holdfast/ports';
import type { Pulse } from './pulse.ts';
import type { AwakeMoment, RescueAct, RescueRecord } from './record.ts';
import type { SourceTroubles } from './source.ts';

export type Seen = AwakeMoment &
  SourceTroubles & {
    readonly service: StarterState;
    readonly second: StarterState;
    /** Whether the service answers its manager. */
    readonly answers: boolean;
    readonly pulse: Pulse | null;
    /** Upgrade whose version is on trial. */
    readonly trial: Uuid | null;
    /** Whether everything that starts with the machine has started. */
    readonly settled: Readiness;
    /** Whether no installation is under way. */
    readonly idle: Readiness;
  };

export type Decision =
  | { readonly kind: 'well' }
  /** Nothing is done now, and why: something else comes first, or it was done too lately. */
  | { readonly kind: 'waits'; readonly reason: string }
  /** Something is wrong that gives no right to do anything. */
  | { readonly kind: 'doubt'; readonly reason: string }
  | { readonly kind: 'act'; readonly act: RescueAct; readonly reason: string };

const minute = 60_000;
const hour = 60 * minute;

/** Milliseconds awake after which a pulse is old. */
export const pulseOldMs = 10 * minute;
/** Milliseconds for which a loop must have gone on before what was done for it counts as good. */
export const goodIntervalMs = 10 * minute;
/** Milliseconds after the start of the machine within which it is left alone while it still starts. */
export const settlingMs = 10 * minute;
/** Milliseconds for which an installation is waited for; then only it itself is left alone. */
export const installationMs = 2 * hour;
/** Starts that may fail before the client is installed anew. */
export const startsBeforeReinstall = 2;
/** Acts without a wait between them, beyond which each next one waits longer: an hour, two, ... a day. */
export const freeActs = 6;
export const longestBackoffMs = 24 * hour;

export function decide(seen: Seen, record: RescueRecord): Decision {
  if (!seen.settled.ready && seen.awakeMs < settlingMs) return waits(seen.settled.reason);
  const wrong = wrongWith(seen, record);
  if (wrong.kind !== 'act') return wrong;
  if (!seen.idle.ready) {
    const waited = record.waitsSince ? sinceMs(record.waitsSince, seen) : 0;
    if (wrong.act === 'reinstall' || waited < installationMs) return waits(seen.idle.reason);
  }
  const restMs = backoffLeftMs(record, seen);
  if (restMs > 0) {
    return waits(`${wrong.reason}; it is tried again in ${Math.ceil(restMs / minute)} minutes`);
  }
  return wrong;
}

const waits = (reason: string): Decision => ({ kind: 'waits', reason });
const act = (what: RescueAct, reason: string): Decision => ({ kind: 'act', act: what, reason });

function wrongWith(seen: Seen, record: RescueRecord): Decision {
  const { service, second, answers } = seen;
  if (!service.present || !service.asDefined || !service.enabled) {
    return act('define', `the service is not as it should be: ${service.reason}`);
  }
  if (!service.active) return mendDead(seen, record, `the service does not run: ${service.reason}`);
  const old = pulseTrouble(seen);
  if (!answers && old !== undefined) {
    return mendHung(seen, record, `the service does not answer its manager, and ${old}`);
  }
  // One proof alone may be the manager's fault, or that of a disk that is full.
  if (!answers)
    return { kind: 'doubt', reason: 'the service does not answer its manager, but its pulse is fresh' };
  if (old !== undefined) return { kind: 'doubt', reason: `the service answers its manager, but ${old}` };
  if (!second.present || !second.asDefined || !second.enabled || !second.active) {
    return act('define', `the second starter is not as it should be: ${second.reason}`);
  }
  return { kind: 'well' };
}

/** Nothing lives that could be hurt. */
function mendDead(seen: Seen, record: RescueRecord, reason: string): Decision {
  if (broughtBack(seen, record)) return act('revert', `${reason}, once more in the trial of a version`);
  const tries = record.acts.filter(({ act: done }) => done === 'start' || done === 'restart').length;
  if (tries < startsBeforeReinstall) return act('start', reason);
  const why = noReinstall(seen);
  if (why !== undefined) return act('start', `${reason}, and it cannot be installed anew: ${why}`);
  // Every other time: a reinstallation that has not helped may have needed one more start.
  return record.acts.at(-1)?.act === 'reinstall' ? act('start', reason) : act('reinstall', reason);
}

/** What may still live is ended once; without a good interval after that, never again. */
function mendHung(seen: Seen, record: RescueRecord, reason: string): Decision {
  if (broughtBack(seen, record)) return act('revert', `${reason}, once more in the trial of a version`);
  if (!record.acts.some(({ act: done }) => done === 'restart')) return act('restart', reason);
  const restarted = `${reason}, although it was restarted`;
  if (record.acts.some(({ act: done }) => done === 'reinstall')) return { kind: 'doubt', reason: restarted };
  const why = noReinstall(seen);
  if (why === undefined) return act('reinstall', restarted);
  return { kind: 'doubt', reason: `${restarted}, and it cannot be installed anew: ${why}` };
}

/**
 * Whether the version that is on trial had to be brought back before. One that stops its own service looks as if its owner
 * stopped it: its starts are not counted, and no service manager starts it again.
 */
function broughtBack({ trial }: Seen, { acts }: RescueRecord): boolean {
  return trial !== null && acts.some((done) => done.act !== 'define' && done.trial === trial);
}

/** Why there is nothing to install the client from, as a clause; undefined where there is. */
function noReinstall({ packageTrouble, fetchTrouble }: Seen): string | undefined {
  if (packageTrouble === null || fetchTrouble === null) return undefined;
  return packageTrouble === fetchTrouble ? packageTrouble : `${packageTrouble}, and ${fetchTrouble}`;
}

/** What is wrong with the pulse, as a clause; undefined where it beats. Time in which the machine slept is no age. */
export function pulseTrouble(seen: Pick<Seen, 'pulse' | 'bootId' | 'awakeMs'>): string | undefined {
  const { pulse, bootId, awakeMs } = seen;
  const sameBoot = pulse?.bootId === bootId;
  const ageMs = sameBoot ? awakeMs - pulse.awakeMs : awakeMs;
  if (ageMs <= pulseOldMs) return undefined;
  const minutes = Math.floor(ageMs / minute);
  return sameBoot
    ? `its pulse is ${minutes} minutes old`
    : `it has no pulse ${minutes} minutes after the start`;
}

/**
 * Whether another life of the client than the one before the last act has gone on for a good interval, and still does.
 * Where only definitions were restored, the same life may go on.
 */
export function hasLivedWell(seen: Seen, record: RescueRecord): boolean {
  const { pulse } = seen;
  if (!pulse || !seen.answers || pulse.bootId !== seen.bootId || pulseTrouble(seen) !== undefined)
    return false;
  const { lifeBefore, acts } = record;
  const last = acts.at(-1);
  const same = lifeBefore?.bootId === pulse.bootId && lifeBefore.sinceMs === pulse.sinceMs;
  if (last?.act === 'define' && sinceMs(last, seen) < goodIntervalMs) return false;
  return (!same || last?.act === 'define') && pulse.awakeMs - pulse.sinceMs >= goodIntervalMs;
}

/** Milliseconds from a moment to what is seen; of an earlier boot, those of this one alone. */
function sinceMs(moment: AwakeMoment, seen: AwakeMoment): number {
  return moment.bootId === seen.bootId ? seen.awakeMs - moment.awakeMs : seen.awakeMs;
}

/** A machine that is restarted begins its wait anew: whoever restarts it every few minutes is not helped by more of this. */
function backoffLeftMs({ acts }: RescueRecord, seen: AwakeMoment): number {
  const last = acts.at(-1);
  if (!last || acts.length < freeActs) return 0;
  const waitMs = Math.min(hour * 2 ** Math.min(acts.length - freeActs, 10), longestBackoffMs);
  return Math.max(waitMs - sinceMs(last, seen), 0);
}
