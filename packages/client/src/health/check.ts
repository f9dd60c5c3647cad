/** One thing that an evaluation looks at, and what it may do about it. */
import type { ComponentName, ErrorCode, HealthCheck } from '@holdfast/contract';
import { verdictOf } from '@holdfast/engine';
import type { Readiness } from '@holdfast/ports';

/** What a look has found. */
export type Seen =
  | { readonly state: 'ok' | 'not-applicable'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string; readonly error?: ErrorCode }
  /** It was mended before anybody looked. */
  | { readonly state: 'remedied'; readonly reason: string; readonly remedy: string };

export type Check = {
  readonly check: HealthCheck;
  /** Of check `component`. */
  readonly component?: ComponentName;
  /** Milliseconds that a look may take; a minute unless given. */
  readonly limitMs?: number;
  /** Changes nothing. What it throws is a finding. */
  look(signal: AbortSignal): Promise<Seen>;
  /** Does what may help: answers that as a clause, or undefined where nothing can be done now. */
  remedy?(signal: AbortSignal): Promise<string | undefined>;
  /** Its remedy makes room: it is done even where the disk is too full to count it first. */
  readonly makesRoom?: true;
};

export const ok = (reason: string): Seen => ({ state: 'ok', reason });
export const none = (reason: string): Seen => ({ state: 'not-applicable', reason });
export const failed = (reason: string, error?: ErrorCode): Seen => ({
  state: 'failed',
  reason,
  ...(error === undefined ? {} : { error }),
});

/** What a part of the machine says of itself; undefined says that there is no such part. */
export function seenOf(readiness: Readiness | undefined, what: { well: string; missing: string }): Seen {
  if (readiness === undefined) return none(what.missing);
  const verdict = verdictOf(readiness);
  return verdict.open ? ok(what.well) : failed(verdict.reason, 'system.not-ready');
}
