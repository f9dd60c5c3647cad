/** Writes programs of Windows that are nothing but their version resource: stand-ins for what packages bring. */

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf16le');

/** A block of the resource: lengths, key, value, blocks inside, each at a whole number of four bytes. */
function block(key: string, value: Buffer, inside: readonly Buffer[] = []): Buffer {
  const head = Buffer.alloc(6);
  const front = padded(Buffer.concat([head, text(key)]));
  const body = inside.length > 0 ? [padded(value), ...inside.map(padded)] : [value];
  const all = Buffer.concat([front, ...body]);
  all.writeUInt16LE(all.length, 0);
  all.writeUInt16LE(value.length, 2);
  return all;
}

function versionResource(version: readonly number[], languages: readonly number[]): Buffer {
  const fixed = Buffer.alloc(52);
  fixed.writeUInt32LE(0xfeef04bd, 0);
  for (const [index, at] of [10, 8, 14, 12].entries()) fixed.writeUInt16LE(version[index] ?? 0, at);
  const translation = Buffer.concat(
    languages.map((language) => {
      const pair = Buffer.alloc(4);
      pair.writeUInt16LE(language, 0);
      pair.writeUInt16LE(1200, 2);
      return pair;
    }),
  );
  return block('VS_VERSION_INFO', fixed, [
    block('StringFileInfo', Buffer.alloc(0), [block('040904b0', Buffer.alloc(0))]),
    block('VarFileInfo', Buffer.alloc(0), [block('Translation', translation)]),
  ]);
}

/** A directory of the resource tree with one entry. */
function directory(id: number, offset: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16LE(1, 14);
  bytes.writeUInt32LE(id, 16);
  bytes.writeUInt32LE(offset, 20);
  return bytes;
}

/** Where the one section is in memory, and in the file. */
const address = 0x1000;
const position = 0x200;

/**
 * A program with this version and these languages; it does nothing. Formats: as file-version.ts, which reads them.
 * @param version four numbers
 * @param wide whether it is a 64-bit program
 */
export function programFile(version: readonly number[], languages: readonly number[], wide = false): Buffer {
  const resource = versionResource(version, languages);
  const leaf = Buffer.alloc(16);
  leaf.writeUInt32LE(address + 88, 0);
  leaf.writeUInt32LE(resource.length, 4);
  const isDirectory = 0x8000_0000;
  const section = Buffer.concat([
    directory(16, isDirectory + 24),
    directory(1, isDirectory + 48),
    directory(1033, 72),
    leaf,
    resource,
  ]);
  const file = Buffer.alloc(position);
  file.write('MZ');
  file.writeUInt32LE(64, 60);
  file.write('PE\0\0', 64, 'latin1');
  file.writeUInt16LE(1, 64 + 6);
  const optional = wide ? 240 : 224;
  file.writeUInt16LE(optional, 64 + 20);
  file.writeUInt16LE(wide ? 0x20b : 0x10b, 88);
  // As many data directories as there is room for: whoever finds fewer looks for no resources.
  file.writeUInt32LE(16, 88 + (wide ? 108 : 92));
  file.writeUInt32LE(address, 88 + (wide ? 112 : 96) + 16);
  file.writeUInt32LE(section.length, 88 + (wide ? 112 : 96) + 20);
  const table = 88 + optional;
  file.write('.rsrc', table);
  file.writeUInt32LE(section.length, table + 8);
  file.writeUInt32LE(address, table + 12);
  file.writeUInt32LE(section.length, table + 16);
  file.writeUInt32LE(position, table + 20);
  return Buffer.concat([file, section]);
}
