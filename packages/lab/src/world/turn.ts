/** The one place where the lab touches the event loop: waits until every continuation that can run has run. */

/**
 * Resolves when nothing is left to do but to let (virtual) time pass.
 *
 * Why this is deterministic: simulated ports settle their promises without files, sockets or threads, so all work of
 * a world is micro-tasks and next-ticks, whose order the language and Node fix. The event loop runs them all to the
 * end before it comes to the check phase, where `setImmediate` calls back. No real time is read and none passes by
 * design: the call only says "the queues are empty". A world that awaits something outside (a real timer, a thread
 * pool) would lose this property; the trace hash shows it.
 */
export function everythingHasRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
