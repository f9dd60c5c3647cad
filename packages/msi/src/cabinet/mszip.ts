/** MSZIP: each block is `CK` and one deflate stream, whose history is the 32 KiB before it [MS-MCI]. */
import { inflateRawSync } from 'node:zlib';
import { HoldfastError } from '@holdfast/contract';
import type { BlockDecoder } from './decoder.ts';
import { cabinetLimits } from './limits.ts';

/** A little more than a block, so that the end of the stream is seen without a second buffer. */
const chunkSize = cabinetLimits.blockBytes + 256;

export function mszipDecoder(): BlockDecoder {
  const history = new Uint8Array(cabinetLimits.blockBytes);
  let known = 0;

  function remember(output: Uint8Array): void {
    const kept = Math.min(known, history.length - output.length);
    history.copyWithin(0, known - kept, known);
    history.set(output, kept);
    known = kept + output.length;
  }

  return (packed, target) => {
    if (packed[0] !== 0x43 || packed[1] !== 0x4b) {
      throw new HoldfastError('cab.invalid', 'An MSZIP block does not begin with CK.');
    }
    let output: Uint8Array;
    try {
      output = inflateRawSync(packed.subarray(2), {
        ...(known === 0 ? {} : { dictionary: history.subarray(0, known) }),
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
    remember(output);
  };
}
