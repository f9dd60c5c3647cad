/** Chance from the operating system's generator, the same on every platform that Node runs on. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Entropy } from '@holdfast/ports';

export function systemEntropy(): Entropy {
  return {
    bytes: (length) => new Uint8Array(randomBytes(length)),
    integer: (bound) => {
      // randomInt draws evenly below 2^48; its own error for other bounds is not always a RangeError.
      if (!Number.isInteger(bound) || bound < 1 || bound >= 2 ** 48) {
        throw new RangeError(`no whole number from 1 to 2^48: ${bound}`);
      }
      return bound === 1 ? 0 : randomInt(bound);
    },
    uuid: () => randomUUID(),
  };
}
