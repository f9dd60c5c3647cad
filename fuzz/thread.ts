/** A thread that runs cases, watched from outside: what never ends is ended, and what takes all memory falls alone. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Batch, type BatchResult, watched } from './watched.ts';

/** Longest that one case may take. */
export const mostMilliseconds = 2000;
/** MiB of living objects: 64, and what the thread's own code and seeds take. */
const heapMegabytes = 64 + 40;
const lookEveryMilliseconds = 100;

export type Thread = {
  readonly worker: Worker;
  readonly shared: Int32Array;
  /** Settles when the thread ends by itself. */
  readonly fell: Promise<Error>;
};

/** What ended a thread before its batch was done, and at which case. */
export type Downfall = { readonly index: number; readonly kind: 'hang' | 'memory'; readonly what: string };

export async function startThread(area: string, seed: string): Promise<Thread> {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { area, seed, shared },
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 32 },
  });
  await once(worker, 'message');
  const { promise: fell, resolve } = Promise.withResolvers<Error>();
  worker.on('error', resolve);
  return { worker, shared, fell };
}

/** Settles when one case has been running for too long. */
function hang(shared: Int32Array): { readonly seen: Promise<Downfall>; stop(): void } {
  const { promise: seen, resolve } = Promise.withResolvers<Downfall>();
  let begun = -1;
  let since = 0;
  const look = setInterval(() => {
    const now = Atomics.load(shared, watched.begun);
    if (now !== begun) {
      begun = now;
      since = performance.now();
    } else if (performance.now() - since > mostMilliseconds + lookEveryMilliseconds) {
      const what = `it was not done after ${mostMilliseconds} ms`;
      resolve({ index: Atomics.load(shared, watched.index), kind: 'hang', what });
    }
  }, lookEveryMilliseconds);
  return { seen, stop: () => clearInterval(look) };
}

/** One batch. The thread is gone after a downfall. */
export async function runBatch(thread: Thread, batch: Batch): Promise<BatchResult | Downfall> {
  const { worker, shared } = thread;
  const answered = Promise.withResolvers<BatchResult>();
  const watch = hang(shared);
  worker.once('message', answered.resolve);
  worker.postMessage(batch);
  const fallen = thread.fell.then(({ message }): Downfall => {
    return { index: Atomics.load(shared, watched.index), kind: 'memory', what: message };
  });
  const result = await Promise.race([answered.promise, watch.seen, fallen]);
  watch.stop();
  worker.off('message', answered.resolve);
  if ('kind' in result) await worker.terminate();
  return result;
}
