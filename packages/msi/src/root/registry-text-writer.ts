/**
 * The text that Wine keeps a registry in, written: the way back of registry-text.ts, byte for byte what Wine writes.
 * Format: save_all_subkeys, dump_value and dump_strW of Wine's server/registry.c and server/unicode.c.
 */
import { bytesOf, type RegistryValue, registryTypes } from './data.ts';

/** Wine begins a new line behind the byte that ends beyond this column. */
const widestLine = 76;

const escapes: Readonly<Record<number, string>> = {
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  27: 'e',
};

/** Whatever needs no escape in text between these quotes. */
const plain = { '"': /^[ !#-[\]-\x7f]*$/, ']': /^[ -Z^-\x7f]*$/ };
/** Whatever needs no more than a backslash before some of it. */
const ascii = /^[ -\x7f]*$/;
const slashed = { '"': /["\\]/g, ']': /[[\]\\]/g };

/** One character below 32, or beyond ASCII. `next` decides whether the number needs all its digits. */
function coded(code: number, next: string): string {
  if (code > 127) {
    const digits = code.toString(16);
    return `\\x${/^[0-9a-f]/i.test(next) ? digits.padStart(4, '0') : digits}`;
  }
  const letter = escapes[code];
  if (letter !== undefined) return `\\${letter}`;
  const digits = code.toString(8);
  return `\\${/^[0-7]/.test(next) ? digits.padStart(3, '0') : digits}`;
}

/** @param close the character that ends the text, escaped with the one that begins it */
function escaped(text: string, close: '"' | ']'): string {
  if (plain[close].test(text)) return text;
  if (ascii.test(text)) return text.replace(slashed[close], '\\$&');
  const quotes = close === ']' ? '[]' : '"';
  let written = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const code = text.charCodeAt(at);
    if (code > 127 || code < 32) written += coded(code, text.charAt(at + 1));
    else written += character === '\\' || quotes.includes(character) ? `\\${character}` : character;
  }
  return written;
}

/** Bytes in hexadecimal, going on in further lines. @param before characters that stand before them */
function hexadecimal(bytes: Uint8Array, before: string): string {
  let text = before;
  let column = before.length;
  bytes.forEach((byte, index) => {
    text += byte.toString(16).padStart(2, '0');
    column += 2;
    if (index === bytes.length - 1) return;
    text += ',';
    column += 1;
    if (column > widestLine) {
      text += '\\\n  ';
      column = 2;
    }
  });
  return text;
}

/** The text of a value that ends with a NUL, without it; undefined where it does not. */
function textIn(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2 || bytes.length % 2 !== 0) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le');
  return text.endsWith('\0') ? text.slice(0, -1) : undefined;
}

/** The line of a value, or its lines, without the last line end. */
export function valueText(value: RegistryValue): string {
  const { name, data } = value;
  const before = name === '' ? '@=' : `"${escaped(name, '"')}"=`;
  if (data.kind === 'number') return `${before}dword:${data.number.toString(16).padStart(8, '0')}`;
  if (data.kind === 'text' && value.stored === undefined) return `${before}"${escaped(data.text, '"')}"`;
  const { type, bytes } = bytesOf(data);
  const stored = value.stored ?? bytes;
  const isText = [registryTypes.text, registryTypes.expandable, registryTypes.texts].some(
    (one) => one === type,
  );
  const text = isText ? textIn(stored) : undefined;
  if (text !== undefined) {
    const word = type === registryTypes.text ? '' : `str(${type.toString(16)}):`;
    return `${before}${word}"${escaped(text, '"')}"`;
  }
  return hexadecimal(stored, `${before}hex${type === registryTypes.bytes ? '' : `(${type.toString(16)})`}:`);
}

/** A path as it stands in `[...]`. */
export function pathText(path: string): string {
  return escaped(path, ']');
}
