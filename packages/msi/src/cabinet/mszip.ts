/** MSZIP: each block is `CK` and one deflate stream, whose history is the 32 KiB before it [MS-MCI]. */
import { inflateRawSync } from 'node:zlib';
import { HoldfastError } from '@holdfast/contract';
import type { BlockDecoder } from './block-decoder.ts';
import { cabinetLimits } from './limits.ts';

/** A little more than a block, so that the end of the stream is seen without a second buffer. */
const chunkSize = cabinetLimits.blockBytes + 256;

/** The last bytes of both, as many as a block can refer to. A whole block is all of them, and is not copied. */
function lastBytes(before: Uint8Array, output: Uint8Array): Uint8Array {
  const kept = Math.min(before.length, cabinetLimits.blockBytes - output.length);
  return kept === 0 ? output : Buffer.concat([before.subarray(before.length - kept), output]);
}

export function mszipDecoder(): BlockDecoder {
  let history: Uint8Array = new Uint8Array(0);
  return (packed, target) => {
    if (packed[0] !== 0x43 || packed[1] !== 0x4b) {
      throw new HoldfastError('cab.invalid', 'An MSZIP block does not begin with CK.');
    }
    let output: Uint8Array;
    try {
      output = inflateRawSync(packed.subarray(2), {
        ...(history.length === 0 ? {} : { dictionary: history }),
        chunkSize,
        maxOutputLength: target.length + 1,
      });
    } catch (cause) {
      throw new HoldfastError('cab.invalid', 'An MSZIP block cannot be unpacked.', { cause });
    }
    if (output.length !== target.length) {
      throw new HoldfastError(
        'cab.invalid',
        `An MSZIP block unpacks to another length than the ${target.length} bytes that it declares.`,
      );
    }
    target.set(output);
    history = lastBytes(history, output);
  };
}
