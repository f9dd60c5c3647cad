/** The text of a database that is written: numbered, counted, and in bytes of its code page. */
import { beyond, invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { encoderOf } from './code-page-encoding.ts';
import { mostBytes } from './stored.ts';

export type WrittenPool = {
  /** Bytes of a reference in a table. */
  readonly referenceBytes: 2 | 3;
  /** The number of a text that was counted. */
  reference(text: string): number;
  /** Content of `_StringPool` and of `_StringData`. */
  readonly pool: Uint8Array;
  readonly data: Uint8Array;
};

/** Texts that references of two, and of three bytes can tell apart; 0 is none. */
const mostShort = 0xffff;
const mostLong = 0xff_ffff;
/** Where the count of a text's references stops counting. */
const mostReferences = 0xffff;
const longReferences = 0x8000_0000;

/**
 * Numbers texts in the order of their UTF-16 units, so that the same database is the same bytes whatever order its
 * rows came in.
 * @param references how often each text, none of them empty, is referred to
 * @throws HoldfastError `msi.invalid` for text that the code page has not, `msi.limit`
 */
export function writeStringPool(references: ReadonlyMap<string, number>, codePage: number): WrittenPool {
  if (!Number.isInteger(codePage) || codePage < 0 || codePage > 0xffff) {
    throw invalid('_StringPool', 0, `${codePage} is no code page`);
  }
  const texts = [...references.keys()].sort();
  if (texts.length > mostLong) throw beyond('_StringPool', 0, `${texts.length} texts`);
  const referenceBytes = texts.length > mostShort ? 3 : 2;
  const encode = encoderOf(codePage);
  const numbers = new Map(texts.map((text, index) => [text, index + 1]));
  const encoded = texts.map(encode);
  const data = Buffer.concat(encoded);
  const longTexts = encoded.filter((bytes) => bytes.length > 0xffff).length;
  const pool = new Uint8Array(4 * (1 + texts.length + longTexts));
  for (const [name, { length }] of [
    ['_StringData', data],
    ['_StringPool', pool],
  ] as const) {
    if (length > mostBytes(name)) throw beyond(name, 0, `${length} bytes, of at most ${mostBytes(name)}`);
  }
  const view = viewOf(pool);
  view.setUint32(0, (codePage | (referenceBytes === 3 ? longReferences : 0)) >>> 0, true);
  let at = 4;
  for (const [index, { length }] of encoded.entries()) {
    const upper = length >>> 16;
    if (upper > 0) {
      // The upper half of the length stands in an entry of its own. Readers differ in which of the two entries has it
      // and which the count: with the same number in both they agree, and a count is nothing that reading needs.
      view.setUint16(at + 2, upper, true);
      at += 4;
    }
    const count = upper > 0 ? upper : Math.min(references.get(texts[index] ?? '') ?? 0, mostReferences);
    view.setUint16(at, length & 0xffff, true);
    view.setUint16(at + 2, count, true);
    at += 4;
  }
  return { referenceBytes, reference: (text) => numbers.get(text) ?? 0, pool, data };
}
