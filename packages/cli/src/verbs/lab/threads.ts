/** Threads of the lab: each gets its share of the work, says how far it is, and answers. */
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads';
import { HoldfastError } from '@holdfast/contract';

/** What a thread says. */
type FromThread =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'answer'; readonly answer: unknown };

/** Whole numbers that are as even as they get and make `count`: none of them is 0. */
export function evenShares(count: number, jobs: number): readonly number[] {
  const shares = Math.min(jobs, count);
  return Array.from({ length: shares }, (_, index) => Math.floor((count + index) / shares));
}

export type ThreadOptions = {
  readonly stopped: AbortSignal;
  readonly progress: (done: number) => void;
  readonly limits?: ResourceLimits;
};

/**
 * Runs a module of this folder on a thread of its own, which answers by `answerFor`.
 * @param module its name without extension
 * @throws HoldfastError `internal` when the thread ends without an answer, as it does once `stopped` is aborted
 */
export function onThread<Answer>(
  module: string,
  workerData: unknown,
  { stopped, progress, limits = {} }: ThreadOptions,
): Promise<Answer> {
  // By the name of the package, because the built program lies elsewhere: threads are started from the sources.
  const path = import.meta.resolve(`@holdfast/cli/src/verbs/lab/${module}.ts`);
  const worker = new Worker(new URL(path), { workerData, resourceLimits: limits });
  const end = () => void worker.terminate();
  stopped.addEventListener('abort', end, { once: true });
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.on('message', (said: FromThread) => {
      if (said.kind === 'progress') progress(said.done);
      // The module that was named is the one that says what it answers.
      else resolve(said.answer as Answer);
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new HoldfastError('internal', 'A thread of the lab ended early.')));
  });
  return answer.finally(() => stopped.removeEventListener('abort', end));
}

/** The thread's side: does the work, which says how far it is, and answers. */
export async function answerFor(work: (progress: (done: number) => void) => Promise<unknown>): Promise<void> {
  const say = (said: FromThread) => parentPort?.postMessage(said);
  const answer = await work((done) => say({ kind: 'progress', done }));
  say({ kind: 'answer', answer });
}
