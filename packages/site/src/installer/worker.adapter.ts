/** The reading thread itself: opens the package that a question names, and keeps the last one open. */
import { parentPort } from 'node:worker_threads';
import { HoldfastError, isHoldfastError, type Sha256 } from '@holdfast/contract';
import type { ByteSource } from '@holdfast/msi';
import { answerQuestion, type OpenedInstaller, openInstaller } from './answer.ts';
import type { InstallerContent, Question } from './questions.ts';
import type { FromThread, ThreadFailure, ToThread } from './thread.adapter.ts';

const port = parentPort;
if (!port) throw new TypeError('the reader of packages runs as a worker thread');
const say = (message: FromThread): void => port.postMessage(message);

/** Reads that are under way, by their numbers. */
const reads = new Map<number, PromiseWithResolvers<Uint8Array>>();
let lastRead = 0;

function sourceOf({ sha256, size }: InstallerContent): ByteSource {
  return {
    size,
    read(position, length) {
      lastRead += 1;
      const under = Promise.withResolvers<Uint8Array>();
      reads.set(lastRead, under);
      say({ kind: 'read', read: lastRead, sha256, position, length });
      return under.promise;
    },
  };
}

let opened: { sha256: Sha256; path: string; installer: OpenedInstaller } | undefined;

async function open(content: InstallerContent): Promise<OpenedInstaller> {
  if (opened?.sha256 === content.sha256 && opened.path === content.path) return opened.installer;
  opened = undefined;
  const installer = await openInstaller(content, sourceOf(content));
  opened = { sha256: content.sha256, path: content.path, installer };
  return installer;
}

function failureOf(thrown: unknown): ThreadFailure {
  const { code, message, details } = isHoldfastError(thrown)
    ? thrown
    : new HoldfastError('internal', `The reader of packages has a fault: ${String(thrown)}`);
  return { code, message, details };
}

async function answer(content: InstallerContent, question: Question): Promise<void> {
  try {
    // Another package is not kept open: the next question is seldom about it.
    const beside = (other: InstallerContent) => openInstaller(other, sourceOf(other));
    say({ kind: 'answer', answer: await answerQuestion(await open(content), question, beside) });
  } catch (thrown) {
    opened = undefined;
    say({ kind: 'failure', failure: failureOf(thrown) });
  }
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'question') {
    reads.clear();
    void answer(message.content, message.question);
    return;
  }
  const under = reads.get(message.read);
  reads.delete(message.read);
  if (message.kind === 'bytes') under?.resolve(message.bytes);
  else under?.reject(new HoldfastError('disk.failed', message.message));
});
