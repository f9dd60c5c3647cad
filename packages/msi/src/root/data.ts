/** Values of a Windows registry, by type. */

/** Numbers of types: winnt.h. */
export const registryTypes = {
  text: 1,
  expandable: 2,
  bytes: 3,
  number: 4,
  texts: 7,
  wideNumber: 11,
} as const;

/**
 * REG_SZ, REG_EXPAND_SZ (its variables not filled in), REG_MULTI_SZ, REG_DWORD, REG_QWORD; everything else, and whatever
 * does not have the length that its type asks for, is bytes with the number of its type (REG_BINARY is 3).
 */
export type RegistryData =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expandable'; readonly text: string }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'wide-number'; readonly number: bigint }
  | { readonly kind: 'bytes'; readonly type: number; readonly bytes: Uint8Array };

/** A value of a key; the default value has an empty name. */
export type RegistryValue = {
  readonly name: string;
  readonly data: RegistryData;
  /** The bytes as they are stored, where `data` alone does not give them back: text without the NUL at its end. */
  readonly stored?: Uint8Array;
};

/** Text as it stands in the bytes of a value, without the NUL that ends it. */
function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length & ~1).toString('utf16le');
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}

/** The texts of a REG_MULTI_SZ; the empty one that ends the list is no part of it. */
export function splitTexts(text: string): readonly string[] {
  const texts = text.split('\0');
  while (texts.at(-1) === '') texts.pop();
  return texts;
}

/** A value from its type and its bytes, as Windows stores them. */
export function dataOf(type: number, bytes: Uint8Array): RegistryData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case registryTypes.text:
      return { kind: 'text', text: textOf(bytes) };
    case registryTypes.expandable:
      return { kind: 'expandable', text: textOf(bytes) };
    case registryTypes.texts:
      return { kind: 'texts', texts: splitTexts(textOf(bytes)) };
    case registryTypes.number:
      if (bytes.length === 4) return { kind: 'number', number: view.getUint32(0, true) };
      break;
    case registryTypes.wideNumber:
      if (bytes.length === 8) return { kind: 'wide-number', number: view.getBigUint64(0, true) };
      break;
  }
  return { kind: 'bytes', type, bytes };
}

/** Type and bytes of a value, as Windows stores them: text with a NUL at its end, lists with one more. */
export function bytesOf(data: RegistryData): { readonly type: number; readonly bytes: Uint8Array } {
  switch (data.kind) {
    case 'bytes':
      return data;
    case 'text':
    case 'expandable':
      return { type: registryTypes[data.kind], bytes: Buffer.from(`${data.text}\0`, 'utf16le') };
    case 'texts':
      return {
        type: registryTypes.texts,
        bytes: Buffer.from(`${data.texts.map((text) => `${text}\0`).join('')}\0`, 'utf16le'),
      };
    case 'number': {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(data.number);
      return { type: registryTypes.number, bytes };
    }
    case 'wide-number': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(data.number);
      return { type: registryTypes.wideNumber, bytes };
    }
  }
}

/** A value as it was stored, with its bytes kept where the data does not say all of them. */
export function storedValue(name: string, type: number, bytes: Uint8Array): RegistryValue {
  const data = dataOf(type, bytes);
  return Buffer.from(bytesOf(data).bytes).equals(bytes) ? { name, data } : { name, data, stored: bytes };
}

export function sameData(one: RegistryData | undefined, other: RegistryData | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return sameValue({ name: '', data: one }, { name: '', data: other });
}

/** Text of one type, or numbers: undefined for all that has to be looked at byte by byte. */
function samePlain(one: RegistryData, other: RegistryData): boolean | undefined {
  if (one.kind === 'text' || one.kind === 'expandable') {
    return one.kind === other.kind ? one.text === other.text : undefined;
  }
  return one.kind === 'number' && other.kind === 'number' ? one.number === other.number : undefined;
}

/** Whether two values are the same to the last byte, their names aside. */
export function sameValue(one: RegistryValue, other: RegistryValue): boolean {
  if (one.stored === undefined && other.stored === undefined) {
    const same = samePlain(one.data, other.data);
    if (same !== undefined) return same;
  }
  const [first, second] = [bytesOf(one.data), bytesOf(other.data)];
  return (
    first.type === second.type && Buffer.from(one.stored ?? first.bytes).equals(other.stored ?? second.bytes)
  );
}

/** For people: text as it is, numbers in decimal, bytes in hexadecimal, cut where it gets long. */
export function dataText(data: RegistryData): string {
  const most = 200;
  const text =
    data.kind === 'bytes'
      ? Buffer.from(data.bytes.subarray(0, most)).toString('hex')
      : data.kind === 'texts'
        ? data.texts.join(' | ')
        : data.kind === 'number' || data.kind === 'wide-number'
          ? String(data.number)
          : data.text;
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
