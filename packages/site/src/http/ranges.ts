/** Single byte ranges of RFC 9110, section 14. */
import { HoldfastError } from '@holdfast/contract';

/** From `start` up to but not including `end`. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * The range that a header asks for; undefined where the whole is to be sent: no header, another unit, or
 * several ranges, which a server may ignore.
 * @throws HoldfastError `content.range-invalid` when it lies outside
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(Number(last) + 1, size) };
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (range.start >= size || range.end <= range.start) {
    throw new HoldfastError('content.range-invalid', `The range lies outside the ${size} bytes.`, {
      details: { size },
    });
  }
  return range;
}
