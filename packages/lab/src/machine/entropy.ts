/** The entropy port from a stream of the seed. */
import type { Entropy } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import type { Random } from '../world/random.ts';

export function entropyPort(random: Random, calls: Calls, life: Life): Entropy {
  return {
    bytes: (length) => calls.ask(life, 'entropy.bytes', [length], () => random.bytes(length)),
    integer: (bound) => calls.ask(life, 'entropy.integer', [bound], () => random.integer(bound)),
    uuid: () => calls.ask(life, 'entropy.uuid', [], () => uuidFrom(random)),
  };
}

/** A version 4 UUID (RFC 9562, 5.4) of drawn bits. */
export function uuidFrom(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
