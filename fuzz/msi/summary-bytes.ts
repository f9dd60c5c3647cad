/** A sound property set of every type that a summary has, as bytes. */

export type Property = readonly [property: number, type: number, value: number | string];

const ordinary: readonly Property[] = [
  [1, 2, 1252],
  [2, 30, 'Title'],
  [7, 30, 'x64;1033'],
  [9, 30, '{0A1B2C3D-0000-4000-8000-0123456789AB}'],
  [12, 64, 0x01d3_0000],
  [14, 3, 200],
  [15, 3, 2],
];

function valueBytes(type: number, value: number | string): Buffer {
  const head = Buffer.alloc(type === 64 ? 12 : 8);
  head.writeUInt32LE(type, 0);
  if (typeof value === 'number') head.writeUInt32LE(value >>> 0, type === 64 ? 8 : 4);
  if (typeof value === 'number') return head;
  const text = Buffer.from(`${value}\0`);
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, text, Buffer.alloc(-text.length & 3)]);
}

/** [MS-OLEPS] 2.21: header, one section, its table, its values. */
export function summaryBytes(properties: readonly Property[] = ordinary): Uint8Array {
  const values = properties.map(([, type, value]) => valueBytes(type, value));
  const head = Buffer.alloc(48);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt32LE(1, 24);
  head.writeUInt32LE(48, 44);
  const table = Buffer.alloc(8 + properties.length * 8);
  table.writeUInt32LE(table.length + Buffer.concat(values).length, 0);
  table.writeUInt32LE(properties.length, 4);
  let at = table.length;
  for (const [index, [property]] of properties.entries()) {
    table.writeUInt32LE(property, 8 + index * 8);
    table.writeUInt32LE(at, 12 + index * 8);
    at += values[index]?.length ?? 0;
  }
  return Uint8Array.from(Buffer.concat([head, table, ...values]));
}
