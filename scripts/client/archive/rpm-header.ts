/** Writes the header of an .rpm: tags with values, and the region that rpm takes digests of. */

/** Values by type, as rpm names them in rpmtag.h. */
export type RpmValue =
  | { readonly kind: 'int16' | 'int32'; readonly values: readonly number[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'strings' | 'translated'; readonly texts: readonly string[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

const types = { int16: 3, int32: 4, string: 6, bytes: 7, strings: 8, translated: 9 } as const;
const magic = Buffer.from([0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0]);
const entryBytes = 16;
/** Tags that a region may have: it says that everything up to it belongs to the header as it was built. */
export const regions = { signatures: 62, immutable: 63 } as const;

const texts = (all: readonly string[]) => Buffer.from(all.map((text) => `${text}\0`).join(''));

function encoded(value: RpmValue): { bytes: Uint8Array; count: number; align: number } {
  switch (value.kind) {
    case 'string':
      return { bytes: texts([value.text]), count: 1, align: 1 };
    case 'strings':
    case 'translated':
      return { bytes: texts(value.texts), count: value.texts.length, align: 1 };
    case 'bytes':
      return { bytes: value.bytes, count: value.bytes.length, align: 1 };
    case 'int16':
    case 'int32': {
      const width = value.kind === 'int16' ? 2 : 4;
      const bytes = Buffer.alloc(value.values.length * width);
      for (const [index, number] of value.values.entries()) bytes.writeUIntBE(number, index * width, width);
      return { bytes, count: value.values.length, align: width };
    }
  }
}

function indexEntry(tag: number, type: number, offset: number, count: number): Buffer {
  const entry = Buffer.alloc(entryBytes);
  for (const [index, number] of [tag, type, offset, count].entries()) entry.writeInt32BE(number, index * 4);
  return entry;
}

export function rpmHeader(region: number, tags: ReadonlyMap<number, RpmValue>): Buffer {
  const index: Buffer[] = [];
  const store: Uint8Array[] = [];
  let size = 0;
  const append = (bytes: Uint8Array) => {
    store.push(bytes);
    size += bytes.length;
  };
  for (const [tag, value] of [...tags].sort(([one], [other]) => one - other)) {
    const { bytes, count, align } = encoded(value);
    append(Buffer.alloc(-size & (align - 1)));
    index.push(indexEntry(tag, types[value.kind], size, count));
    append(bytes);
  }
  // The region's own entry comes first, and leads to a trailer that leads back over all entries.
  index.unshift(indexEntry(region, types.bytes, size, entryBytes));
  append(indexEntry(region, types.bytes, -index.length * entryBytes, entryBytes));
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(index.length, 0);
  counts.writeUInt32BE(size, 4);
  return Buffer.concat([magic, counts, ...index, ...store]);
}
