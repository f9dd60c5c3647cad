/** The outbox: status messages numbered without gaps, kept until the site has them. */
import type { StatusMessage, Uuid } from '@holdfast/contract';

export type Outbox = {
  /** Drawn with the journal; numbering starts anew with it. */
  readonly stream: Uuid;
  /** Number of the next message. */
  readonly next: number;
  readonly messages: readonly StatusMessage[];
};

/** A message that has no number yet. */
export type NewStatus = Omit<StatusMessage, 'seq'>;

export type OutboxEntry =
  | { readonly kind: 'status'; readonly messages: readonly NewStatus[] }
  | { readonly kind: 'status-acknowledged'; readonly upTo: number }
  | { readonly kind: 'status-replaced'; readonly message: StatusMessage };

/**
 * Messages that are kept. Beyond that the oldest are given up, whatever they say: the site takes any number below
 * the batch's `oldest` as lost and records the gap, but would wait for ever for one missing in between.
 */
export const outboxLimit = 10_000;

export function outboxAfter(outbox: Outbox, entry: OutboxEntry): Outbox {
  switch (entry.kind) {
    case 'status': {
      const added = entry.messages.map((message, index) => ({ seq: outbox.next + index, ...message }));
      const messages = [...outbox.messages, ...added].slice(-outboxLimit);
      return { ...outbox, next: outbox.next + added.length, messages };
    }
    case 'status-acknowledged':
      return { ...outbox, messages: outbox.messages.filter((message) => message.seq > entry.upTo) };
    case 'status-replaced':
      return {
        ...outbox,
        messages: outbox.messages.map((message) =>
          message.seq === entry.message.seq ? entry.message : message,
        ),
      };
    default:
      // Written by a newer version that was taken back since.
      return outbox;
  }
}

/** Lowest number that the client still has, or will have. */
export function oldestSeq(outbox: Outbox): number {
  return outbox.messages[0]?.seq ?? outbox.next;
}
