/** What a shortcut says, whoever wrote it. Format: [MS-SHLLINK]. */

const linkClass = '0114020000000000c000000000000046';
const texts: readonly (readonly [bit: number, name: string])[] = [
  [0x04, 'description'],
  [0x08, 'relative path'],
  [0x10, 'working folder'],
  [0x20, 'arguments'],
  [0x40, 'icon'],
];

/** Where the link leads: the local path of its LinkInfo. */
function targetOf(bytes: Buffer, at: number): string {
  const headerLength = bytes.readUInt32LE(at + 4);
  const isWide = headerLength >= 0x24;
  const path = at + bytes.readUInt32LE(at + (isWide ? 0x1c : 0x10));
  if (!isWide) return bytes.subarray(path, bytes.indexOf(0, path)).toString('latin1');
  let end = path;
  while (end + 1 < bytes.length && bytes.readUInt16LE(end) !== 0) end += 2;
  return bytes.subarray(path, end).toString('utf16le');
}

/** Target, texts, icon, window and key; its times, and the items that repeat the path, are left out. */
export function linkText(bytes: Buffer): string {
  if (bytes.length < 0x4c || bytes.toString('hex', 4, 20) !== linkClass)
    return `no shortcut: ${bytes.toString('hex')}`;
  const flags = bytes.readUInt32LE(20);
  const found: Record<string, string | number> = {
    show: bytes.readUInt32LE(0x3c),
    'hot key': bytes.readUInt16LE(0x40),
    'icon index': bytes.readInt32LE(0x38),
  };
  let at = 0x4c;
  if ((flags & 1) !== 0) at += 2 + bytes.readUInt16LE(at);
  if ((flags & 2) !== 0) {
    // Some writers leave the backslash behind the name of a folder.
    found.target = targetOf(bytes, at).replace(/\\$/, '');
    at += bytes.readUInt32LE(at);
  }
  for (const [bit, name] of texts) {
    if ((flags & bit) === 0) continue;
    const length = bytes.readUInt16LE(at);
    found[name] = bytes
      .subarray(at + 2, at + 2 + length * 2)
      .toString('utf16le')
      .replace(/\0+$/, '');
    at += 2 + length * 2;
  }
  // One writer keeps the path in the code page of the machine only, the other in UTF-16 beside it.
  return JSON.stringify(found, (_, value) =>
    typeof value === 'string' ? value.replace(/[\u0100-\uffff]/g, '?') : value,
  );
}
