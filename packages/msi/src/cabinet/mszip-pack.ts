/** Packs one MSZIP block: `CK` and one deflate stream that may refer to the block before [MS-MCI]. */
import { promisify } from 'node:util';
import { deflateRaw, type ZlibOptions } from 'node:zlib';

/** Most bytes of a packed block [MS-MCI]: one that is kept as it is fits. */
const longestBlock = 32_768 + 12;
const mark = [0x43, 0x4b] as const;

/** All output of a block at once: each further piece costs a turn through the thread pool. */
const chunkSize = longestBlock + 1024;

const deflate: (block: Uint8Array, options: ZlibOptions) => Promise<Buffer> = promisify(deflateRaw);

function marked(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.from(mark), ...parts]);
}

/** One deflate block that says the bytes as they are. */
function kept(block: Uint8Array): Uint8Array {
  const head = new Uint8Array(5);
  const view = new DataView(head.buffer);
  view.setUint8(0, 1);
  view.setUint16(1, block.length, true);
  view.setUint16(3, ~block.length & 0xffff, true);
  return marked(head, block);
}

/** @param history the block before; it is not written to until the promise has settled */
export async function mszipBlock(block: Uint8Array, history: Uint8Array | undefined): Promise<Uint8Array> {
  const packed = await deflate(
    block,
    history === undefined ? { chunkSize } : { chunkSize, dictionary: history },
  );
  return packed.length + mark.length > longestBlock ? kept(block) : marked(packed);
}
