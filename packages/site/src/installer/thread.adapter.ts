/** The thread that reads packages: one question at a time, ended where one takes too long or too much memory. */
import { Worker } from 'node:worker_threads';
import { HoldfastError, isErrorCode, type Sha256 } from '@holdfast/contract';
import type { Clock, OpenFile } from '@holdfast/ports';
import type { ContentStore } from '../content/store.ts';
import type { Answers, InstallerContent, InstallerReader, Question } from './questions.ts';

/** What the thread is told. */
export type ToThread =
  | { readonly kind: 'question'; readonly content: InstallerContent; readonly question: Question }
  | { readonly kind: 'bytes'; readonly read: number; readonly bytes: Uint8Array }
  | { readonly kind: 'no-bytes'; readonly read: number; readonly message: string };

/** A wish for bytes of a package; `read` is its number, by which it is answered. */
export type ReadWish = {
  readonly kind: 'read';
  readonly read: number;
  readonly sha256: Sha256;
  readonly position: number;
  readonly length: number;
};

/** What the thread says: it wants bytes, or it is done. */
export type FromThread =
  | ReadWish
  | { readonly kind: 'answer'; readonly answer: Answers[Question['about']] }
  | { readonly kind: 'failure'; readonly failure: ThreadFailure };

export type ThreadFailure = {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
};

/** Milliseconds for one question; an ordinary package takes a few. */
const longestAnswer = 20_000;
/** Milliseconds without a question after which the thread ends, and with it what it remembers. */
const longestIdle = 60_000;
/** Questions that wait; more are refused. */
const mostWaiting = 100;
/** Bytes that the thread may ask for at once. */
const mostBytes = 64 * 1024 * 1024;
/** MiB of objects in the thread. Bytes of tables come on top; their reader has limits of its own. */
const mostMemory = 512;

type Thread = { readonly worker: Worker; readonly ended: AbortController };

function coded({ code, message, details }: ThreadFailure): HoldfastError {
  return new HoldfastError(isErrorCode(code) ? code : 'internal', message, { details });
}

function startThread(): Thread {
  const worker = new Worker(new URL('./worker.adapter.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: mostMemory },
  });
  const ended = new AbortController();
  worker.once('error', (cause) => {
    const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    ended.abort(
      outOfMemory
        ? new HoldfastError('msi.limit', 'Reading this package takes more memory than it may.', { cause })
        : new HoldfastError('internal', 'The thread that reads packages has ended.', { cause }),
    );
  });
  worker.once('exit', () =>
    ended.abort(new HoldfastError('site.unavailable', 'The thread that reads packages has ended.')),
  );
  return { worker, ended };
}

type Asked = { readonly content: InstallerContent; readonly question: Question };

/** The packages that a question is about. */
function contentsOf({ content, question }: Asked): readonly InstallerContent[] {
  const other = question.about === 'plan' ? question.other : undefined;
  return other === undefined ? [content] : [content, other];
}

/** Asks a thread, and reads for it what it wants of the files. */
function converse(
  { worker, ended }: Thread,
  files: ReadonlyMap<Sha256, OpenFile>,
  asked: Asked,
): Promise<Answers[Question['about']]> {
  const tell = (message: ToThread): void => worker.postMessage(message);
  const serve = async (file: OpenFile, { read, position, length }: ReadWish): Promise<void> => {
    try {
      tell({ kind: 'bytes', read, bytes: await file.read(position, Math.min(length, mostBytes)) });
    } catch (thrown) {
      tell({ kind: 'no-bytes', read, message: String(thrown) });
    }
  };
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      worker.off('message', hear);
      ended.signal.removeEventListener('abort', give);
    };
    const give = (): void => {
      finish();
      reject(ended.signal.reason);
    };
    const hear = (message: FromThread): void => {
      if (message.kind === 'read') {
        // A wish that a question before has left behind may be for another file.
        const file = files.get(message.sha256);
        if (file !== undefined) void serve(file, message);
        return;
      }
      finish();
      if (message.kind === 'answer') resolve(message.answer);
      else reject(coded(message.failure));
    };
    worker.on('message', hear);
    ended.signal.addEventListener('abort', give);
    if (ended.signal.aborted) give();
    else tell({ kind: 'question', ...asked });
  });
}

/** Keeps one thread: started when it is needed, ended when it has to be or was idle for long. */
function threadKeeper(clock: Clock) {
  let thread: Thread | undefined;
  let idle = new AbortController();

  async function end(reason: HoldfastError): Promise<void> {
    const ending = thread;
    thread = undefined;
    idle.abort();
    ending?.ended.abort(reason);
    await ending?.worker.terminate();
  }

  return {
    end,
    take(): Thread {
      idle.abort();
      if (thread === undefined || thread.ended.signal.aborted) thread = startThread();
      return thread;
    },
    leave(): void {
      idle = new AbortController();
      clock.sleep(longestIdle, idle.signal).then(
        () => end(new HoldfastError('site.unavailable', 'The thread was idle.')),
        () => undefined, // Another question came.
      );
    },
  };
}

/** Starts the thread with the first question. */
export function openInstallerReader(
  clock: Clock,
  content: Pick<ContentStore, 'open'>,
): InstallerReader & { close(): Promise<void> } {
  const threads = threadKeeper(clock);
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;
  const stopping = () => new HoldfastError('site.unavailable', 'The site is being stopped.');
  const tooLong = () =>
    new HoldfastError('msi.limit', `Reading this package takes longer than ${longestAnswer / 1000} s.`);

  async function answer(asked: Asked) {
    await using opened = new AsyncDisposableStack();
    const files = new Map<Sha256, OpenFile>();
    for (const { sha256 } of contentsOf(asked)) {
      if (!files.has(sha256)) files.set(sha256, opened.use(await content.open(sha256)));
    }
    if (closed) throw stopping();
    const inTime = new AbortController();
    const late = clock.sleep(longestAnswer, inTime.signal).then(
      () => threads.end(tooLong()),
      () => undefined, // It was in time.
    );
    try {
      return await converse(threads.take(), files, asked);
    } finally {
      inTime.abort();
      await late;
      if (!closed) threads.leave();
    }
  }

  return {
    async ask(of, question) {
      if (waiting >= mostWaiting) {
        throw new HoldfastError('site.unavailable', 'Too many packages are being read at once.');
      }
      waiting += 1;
      const answering = last.then(() => answer({ content: of, question }));
      last = answering.catch(() => undefined);
      try {
        // The thread answers with what belongs to the question.
        return (await answering) as never;
      } finally {
        waiting -= 1;
      }
    },
    async close() {
      closed = true;
      await threads.end(stopping());
      await last;
    },
  };
}
