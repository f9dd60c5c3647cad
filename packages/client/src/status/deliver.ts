/** Bringing the outbox to the site: in batches, trimmed when acknowledged, halved when refused. */
import {
  HoldfastError,
  isHoldfastError,
  mpPaths,
  StatusAcknowledgement,
  type StatusBatch,
  type StatusMessage,
} from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { enrolled } from '../enrolment/identity.ts';
import { jsonReader } from '../site.ts';
import { oldestSeq } from './outbox.ts';
import { messageOf } from './reporter.ts';

/** A batch stays below both; the site takes more (wireLimits). */
const batchMessages = 200;
const batchBytes = 512 * 1024 - 4096;

const readAcknowledgement = jsonReader(StatusAcknowledgement, 'acknowledgement of status messages');

/**
 * Delivers all that the outbox holds.
 * @returns how many messages the site has taken
 * @throws HoldfastError `network.*`, `certificate.*` ...: what was not acknowledged stays
 */
export async function deliver(
  context: ClientContext,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { journal } = context;
  let delivered = 0;
  let most = batchMessages;
  while (journal.state.outbox.messages.length > 0) {
    const messages = nextBatch(journal.state.outbox.messages, most);
    try {
      delivered += await deliverBatch(context, messages, tls, signal);
      most = Math.min(batchMessages, most * 2);
    } catch (thrown) {
      if (!isHoldfastError(thrown, 'request.too-large', 'request.invalid', 'status.too-large')) throw thrown;
      if (messages.length > 1) most = Math.ceil(messages.length / 2);
      else await shorten(context, messages[0], thrown);
    }
  }
  return delivered;
}

/** The first messages of the outbox, as many as fit. At least one. */
function nextBatch(all: readonly StatusMessage[], most: number): readonly StatusMessage[] {
  const batch: StatusMessage[] = [];
  let bytes = 0;
  for (const message of all) {
    bytes += Buffer.byteLength(JSON.stringify(message)) + 1;
    if (batch.length > 0 && (batch.length >= most || bytes > batchBytes)) break;
    batch.push(message);
  }
  return batch;
}

async function deliverBatch(
  context: ClientContext,
  messages: readonly StatusMessage[],
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { outbox } = context.journal.state;
  const { clientId } = enrolled(context).identity;
  const batch: StatusBatch = {
    clientId,
    stream: outbox.stream,
    oldest: oldestSeq(outbox),
    messages: [...messages],
  };
  const answer = await context.site.text(
    { method: 'POST', path: mpPaths.status, body: batch, tls, signal },
    64 * 1024,
  );
  const { acknowledged } = readAcknowledgement(answer);
  if (acknowledged < batch.oldest || acknowledged >= outbox.next) {
    throw new HoldfastError(
      'network.response-invalid',
      'The site acknowledged other messages than were sent.',
      {
        details: { acknowledged, oldest: batch.oldest, next: outbox.next },
      },
    );
  }
  await context.journal.commit({ kind: 'status-acknowledged', upTo: acknowledged });
  return acknowledged - batch.oldest + 1;
}

/** A message that the site will never take keeps its number and says only that; without that nothing after it would arrive. */
async function shorten(
  context: ClientContext,
  message: StatusMessage | undefined,
  refusal: HoldfastError,
): Promise<void> {
  const short = messageOf({ name: 'message-shortened' }, message?.at ?? 0);
  if (!message || message.code === short.code) throw refusal;
  const replaced = { ...short, details: { code: message.code }, seq: message.seq };
  await context.journal.commit({ kind: 'status-replaced', message: replaced });
}
