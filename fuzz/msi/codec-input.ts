/** Blocks for a codec as one input: what the folder says of itself, then each block with its lengths. */
import type { TestBlock } from '../../packages/msi/test/cabinet-support.ts';
import type { Field } from '../mutate.ts';

export type CodecInput = { readonly windowBits: number; readonly blocks: readonly TestBlock[] };

export function encodeInput({ windowBits, blocks }: CodecInput): Uint8Array {
  const parts = blocks.flatMap(({ packed, size }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(packed.length, 0);
    head.writeUInt16LE(size & 0xffff, 2);
    return [head, packed];
  });
  return Uint8Array.from(Buffer.concat([Uint8Array.of(windowBits), ...parts]));
}

/** Most blocks, and most bytes unpacked, so that a case stays small. */
const mostBlocks = 6;
const mostSize = 32_768;

export function decodeInput(bytes: Uint8Array): CodecInput {
  const blocks: TestBlock[] = [];
  const word = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  for (let at = 1; at + 4 <= bytes.length && blocks.length < mostBlocks; ) {
    const end = at + 4 + word(at);
    blocks.push({ packed: bytes.subarray(at + 4, end), size: Math.min(word(at + 2), mostSize) });
    at = end;
  }
  return { windowBits: 15 + ((bytes[0] ?? 0) % 7), blocks };
}

/** Lengths, sizes, and the words of each block: the first are trees in both codecs. */
export function inputFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [{ at: 0, width: 1, kind: 'window' }];
  let at = 1;
  for (const { packed } of decodeInput(bytes).blocks) {
    fields.push({ at, width: 2, kind: 'length' }, { at: at + 2, width: 2, kind: 'size' });
    for (let word = 0; word + 2 <= Math.min(packed.length, 800); word += 2) {
      const kind = word < 12 ? 'lead' : word < 160 ? 'trees' : 'packed';
      fields.push({ at: at + 4 + word, width: 2, kind });
    }
    at += 4 + packed.length;
  }
  return fields;
}
