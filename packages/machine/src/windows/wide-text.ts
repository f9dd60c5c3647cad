/** Text as Windows lays it out in memory. */

/** UTF-16 text in a block, from a byte on up to its NUL. */
export function textAt(block: Buffer, start: number): string {
  let end = start;
  while (end + 1 < block.length && block.readUInt16LE(end) !== 0) end += 2;
  return block.toString('utf16le', start, end);
}
