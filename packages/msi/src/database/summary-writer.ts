/** The summary information of a package that is written: one section of an [MS-OLEPS] property set. */
import { invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { type Encode, encoderOf } from './code-page-encoding.ts';
import { from1601, mostProperties, type Summary, type SummaryValue, summaryKinds } from './summary.ts';

/** Bytes in front of the section: the set's header, and where its only section begins. */
const headBytes = 48;
/** {F29F85E0-4FF9-1068-AB91-08002B27B3D9}, the format of summary information. */
const formatId = [
  0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9,
];
/** Windows (2), version 10.0: who wrote it, which no reader asks. */
const system = 0x0002_000a;
const codePageProperty = 1;
/** Properties whose kind is set, and of which kind; the others of the named ones are text. */
const kinds: Readonly<Record<number, SummaryValue['kind']>> = {
  1: 'number',
  10: 'time',
  11: 'time',
  12: 'time',
  13: 'time',
  14: 'number',
  15: 'number',
  16: 'number',
  19: 'number',
};
const lastNamed = 19;

function assertKind(property: number, value: SummaryValue): void {
  const kind = property <= lastNamed ? (kinds[property] ?? 'text') : value.kind;
  if (!Number.isInteger(property) || property < 1) {
    throw invalid('summary information', property, 'this number is none of a property');
  }
  if (kind !== value.kind)
    throw invalid('summary information', property, `it is a ${kind}, not a ${value.kind}`);
}

function numberBytes(property: number, number: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  const isPage = property === codePageProperty;
  const fits = isPage ? number >= 0 && number <= 0xffff : number === (number | 0);
  if (!Number.isInteger(number) || !fits) {
    throw invalid('summary information', property, `the number ${number} does not fit`);
  }
  view.setUint32(0, isPage ? summaryKinds.i2 : summaryKinds.i4, true);
  if (isPage) view.setUint16(4, number, true);
  else view.setInt32(4, number, true);
  return bytes;
}

function timeBytes(property: number, time: number): Uint8Array {
  if (!Number.isSafeInteger(time) || time < -from1601) {
    throw invalid('summary information', property, `the time ${time} is none that Windows can count`);
  }
  const bytes = new Uint8Array(12);
  const view = viewOf(bytes);
  view.setUint32(0, summaryKinds.time, true);
  view.setBigUint64(4, BigInt(time + from1601) * 10_000n, true);
  return bytes;
}

function textBytes(text: string, encode: Encode): Uint8Array {
  const encoded = encode(text);
  const bytes = new Uint8Array(8 + Math.ceil((encoded.length + 1) / 4) * 4);
  const view = viewOf(bytes);
  view.setUint32(0, summaryKinds.text, true);
  view.setUint32(4, encoded.length + 1, true);
  bytes.set(encoded, 8);
  return bytes;
}

/**
 * Text is in the code page that the summary itself names.
 * @throws HoldfastError `msi.invalid` for a value that its property does not hold
 */
export function writeSummary(summary: Summary): Uint8Array {
  const page = summary.get(codePageProperty);
  const encode = encoderOf(page?.kind === 'number' ? page.number : 0);
  const properties = [...summary].sort(([one], [other]) => one - other);
  if (properties.length > mostProperties) {
    throw invalid('summary information', 0, `${properties.length} properties`);
  }
  const values = properties.map(([property, value]) => {
    assertKind(property, value);
    if (value.kind === 'number') return numberBytes(property, value.number);
    return value.kind === 'time' ? timeBytes(property, value.time) : textBytes(value.text, encode);
  });
  const listBytes = 8 + properties.length * 8;
  const sectionBytes = values.reduce((sum, value) => sum + value.length, listBytes);
  const bytes = new Uint8Array(headBytes + sectionBytes);
  const view = viewOf(bytes);
  view.setUint16(0, 0xfffe, true);
  view.setUint32(4, system, true);
  view.setUint32(24, 1, true);
  bytes.set(formatId, 28);
  view.setUint32(44, headBytes, true);
  view.setUint32(headBytes, sectionBytes, true);
  view.setUint32(headBytes + 4, properties.length, true);
  let offset = listBytes;
  for (const [index, value] of values.entries()) {
    const at = headBytes + 8 + index * 8;
    view.setUint32(at, properties[index]?.[0] ?? 0, true);
    view.setUint32(at + 4, offset, true);
    bytes.set(value, headBytes + offset);
    offset += value.length;
  }
  return bytes;
}
