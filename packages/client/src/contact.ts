/** When the client talks to its site: polls spread over time, failures backed off, the site's wishes honoured. */
import type { ErrorCode, HoldfastError } from '@holdfast/contract';
import { type Backoff, fullJitterMs } from '@holdfast/engine';
import type { Clock, Entropy } from '@holdfast/ports';

/** After a failed contact; all is well within five minutes of the site's return. */
const contactBackoff: Backoff = { baseMs: 5_000, capMs: 4 * 60_000 };

/** After the site has refused this client as such: only a person changes that. */
const refusedBackoff: Backoff = { baseMs: 30 * 60_000, capMs: 6 * 60 * 60_000 };

const refusedCodes: readonly ErrorCode[] = [
  'certificate.revoked',
  'certificate.expired',
  'certificate.required',
];

export type Schedule = {
  /** Milliseconds of the monotonic clock. Nothing is sent before. */
  notBefore(): number;
  /** When the next check-in is due, the time above counted in. */
  nextPoll(): number;
  checkedIn(pollSeconds: number): void;
  succeeded(): void;
  failed(error: HoldfastError): void;
  /** Has the next check-in be due within so many milliseconds, unless what failed forbids it. */
  hasten(ms: number): void;
  /** Forgets what failed: everything is due now. */
  reset(): void;
};

/** @param known seconds between polls as the last policy says; null where there is none: then the first poll is at once */
export function createSchedule(
  ports: { clock: Pick<Clock, 'monotonic'>; entropy: Pick<Entropy, 'integer'> },
  known: number | null,
): Schedule {
  const { clock, entropy } = ports;
  let pollAt = clock.monotonic() + (known === null ? 0 : entropy.integer(known * 100 + 1));
  let retryAt = 0;
  let failures = 0;
  return {
    notBefore: () => retryAt,
    nextPoll: () => Math.max(pollAt, retryAt),
    checkedIn: (pollSeconds) => {
      pollAt = clock.monotonic() + pollSeconds * 900 + entropy.integer(pollSeconds * 200 + 1);
    },
    succeeded: () => {
      failures = 0;
      retryAt = 0;
    },
    failed: (error) => {
      failures += 1;
      const backoff = refusedCodes.includes(error.code) ? refusedBackoff : contactBackoff;
      const asked = Number(error.details.retryAfter ?? 0) * 1000;
      retryAt = clock.monotonic() + Math.max(asked, fullJitterMs(failures, backoff, entropy));
    },
    hasten: (ms) => {
      pollAt = Math.min(pollAt, clock.monotonic() + ms);
    },
    reset: () => {
      failures = 0;
      retryAt = 0;
      pollAt = clock.monotonic();
    },
  };
}
