/** Text in the code pages that packages are written in, by their Windows numbers. */
import { invalid } from '../compound/errors.ts';

/** Labels of the Encoding Standard; single-byte Windows pages are `windows-N`, ISO pages `iso-8859-N`. */
const labels: Readonly<Record<number, string>> = {
  // Neutral: meant to be ASCII. What is not is taken for what most such packages were written on.
  0: 'windows-1252',
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  10000: 'macintosh',
  20127: 'windows-1252',
  20866: 'koi8-r',
  20932: 'euc-jp',
  21866: 'koi8-u',
  51932: 'euc-jp',
  51949: 'euc-kr',
  54936: 'gb18030',
  65001: 'utf-8',
};

function labelOf(codePage: number): string | undefined {
  if (codePage >= 1250 && codePage <= 1258) return `windows-${codePage}`;
  if (codePage >= 28591 && codePage <= 28606) return `iso-8859-${codePage - 28590}`;
  return labels[codePage];
}

export type Decode = (bytes: Uint8Array) => string;
type Decoder = InstanceType<typeof TextDecoder>;

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false;
  return true;
}

/**
 * Text of a code page. Bytes that are none of its characters become U+FFFD; ASCII is read in every single- or
 * multi-byte page, other text of a page that is not known is an error.
 * @throws HoldfastError (the answered function) `msi.invalid`
 */
export function decoderOf(codePage: number): Decode {
  const label = labelOf(codePage);
  let decoder: Pick<Decoder, 'decode'> | undefined;
  return (bytes) => {
    const wide = codePage === 1200 || codePage === 1201;
    if (!wide && isAscii(bytes)) {
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    }
    if (label === undefined) {
      throw invalid('_StringPool', 0, `text of code page ${codePage}, which is none that is known`);
    }
    decoder ??= decoderFor(label, codePage);
    return decoder.decode(bytes);
  };
}

/**
 * What windows-1252 has where ISO 8859-1 has the control characters 80 to 9F. Node 22 reads the one as the other
 * (github.com/nodejs/node, issue 56542), so this page, and what the Encoding Standard takes for it, is read here.
 */
const upper1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

function decode1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (unit) => upper1252.charAt(unit.charCodeAt(0) - 0x80));
}

/** ISO pages have holes (28602 is none), and a small build of Node knows fewer pages. */
function decoderFor(label: string, codePage: number): Pick<Decoder, 'decode'> {
  if (label === 'windows-1252' || label === 'iso-8859-1') return { decode: decode1252 };
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch (cause) {
    throw invalid('_StringPool', 0, `text of code page ${codePage}, which cannot be read here`, cause);
  }
}

/** The decoder of a page that is known and can be read here; undefined for one that has only its ASCII. */
export function pageDecoder(codePage: number): Decode | undefined {
  return labelOf(codePage) === undefined ? undefined : decoderOf(codePage);
}
