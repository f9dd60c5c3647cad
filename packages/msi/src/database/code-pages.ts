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
  let decoder: Decoder | undefined;
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

/** ISO pages have holes (28602 is none), and a small build of Node knows fewer pages. */
function decoderFor(label: string, codePage: number): Decoder {
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
