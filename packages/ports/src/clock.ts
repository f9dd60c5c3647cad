/** Time: the wall clock, a clock that only goes forward, and sleep. */
export type Clock = {
  /** Wall clock, milliseconds since 1970. May jump either way; for stamps, never for intervals. */
  now(): number;
  /** Milliseconds since some start; never goes back. For intervals. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};
