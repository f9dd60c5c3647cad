/** All text of a database, once each and by number: `_StringPool` says how long, `_StringData` says what. */

import { invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { decoderOf } from './code-pages.ts';

export type StringPool = {
  /** Windows number; 0 is neutral. */
  readonly codePage: number;
  /** Bytes of a reference in a table. */
  readonly referenceBytes: 2 | 3;
  /** The highest number that may stand for a text. */
  readonly highest: number;
  /** The text of a number above 0; undefined where there is none of this number. */
  text(reference: number): string | undefined;
};

const longReferences = 0x8000_0000;

/** A pool that has nothing in it, for a database without tables. */
const emptyPool: StringPool = { codePage: 0, referenceBytes: 2, highest: 0, text: () => undefined };

/**
 * Numbers without a text keep their place. A text of 64 KiB or more has an entry in front of its own that
 * holds the upper half of its length.
 * @throws HoldfastError `msi.invalid`
 */
export function readStringPool(pool: Uint8Array, data: Uint8Array): StringPool {
  if (pool.length < 4) return emptyPool;
  const view = viewOf(pool);
  const head = view.getUint32(0, true);
  const entries = pool.length >>> 2;
  /** Where text n begins at 2n and ends at 2n + 1; both 0 where there is none. */
  const bounds = new Uint32Array(entries * 2);
  let highest = 0;
  let offset = 0;
  for (let entry = 1; entry < entries; entry += 1) {
    let length = view.getUint16(entry * 4, true);
    const references = view.getUint16(entry * 4 + 2, true);
    highest += 1;
    if (length === 0 && references === 0) continue;
    if (length === 0) {
      entry += 1;
      if (entry >= entries) throw invalid('_StringPool', entry * 4, 'it ends inside the length of a text');
      length = references * 0x1_0000 + view.getUint16(entry * 4, true);
    }
    if (offset + length > data.length) {
      throw invalid('_StringPool', entry * 4, `text ${highest} ends behind _StringData`);
    }
    bounds[highest * 2] = offset;
    offset += length;
    bounds[highest * 2 + 1] = offset;
  }
  const codePage = (head & ~longReferences) >>> 0;
  const decode = decoderOf(codePage);
  const known: (string | undefined)[] = [];
  return {
    codePage,
    referenceBytes: (head & longReferences) === 0 ? 2 : 3,
    highest,
    text(reference) {
      const before = known[reference];
      if (before !== undefined) return before;
      const end = bounds[reference * 2 + 1];
      if (end === undefined || end === 0) return undefined;
      const text = decode(data.subarray(bounds[reference * 2], end));
      known[reference] = text;
      return text;
    },
  };
}
