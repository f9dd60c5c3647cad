/**
 * The text that Wine keeps a registry in: `[key\\path] seconds`, then a line for each value. Characters outside printable
 * ASCII are escaped, so every byte is one character. Format: load_keys and save_all_subkeys of Wine's server/registry.c.
 */
import { dataOf, type RegistryData, type RegistryValue, registryTypes, splitTexts } from './data.ts';
import { badRoot } from './errors.ts';

/** What a line says. */
export type RegistryLine =
  | { readonly kind: 'key'; readonly path: string }
  | { readonly kind: 'value'; readonly value: RegistryValue }
  /** `#arch=win64`, `#link`: name and what follows the equals sign. */
  | { readonly kind: 'option'; readonly name: string; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string };

const firstLine = 'WINE REGISTRY Version 2';

/** Characters of one value, its continued lines together. */
const mostCharacters = 1 << 24;

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

type Quoted = { readonly text: string /** Index behind the closing character. */; readonly end: number };

const hexadecimal = /[0-9a-f]{1,4}/iy;
const octal = /[0-7]{1,3}/y;

/** One escape, from the character behind the backslash on. */
function escaped(line: string, at: number): Quoted {
  const character = line.charAt(at);
  const pattern = character === 'x' ? hexadecimal : octal;
  pattern.lastIndex = character === 'x' ? at + 1 : at;
  const digits = pattern.exec(line)?.[0];
  if (digits !== undefined) {
    const code = Number.parseInt(digits, character === 'x' ? 16 : 8);
    return { text: String.fromCharCode(code), end: pattern.lastIndex };
  }
  return { text: escapes[character] ?? character, end: at + 1 };
}

/** Text up to an unescaped `close`; undefined where there is none. */
function quoted(line: string, start: number, close: string): Quoted | undefined {
  const parts: string[] = [];
  let from = start;
  for (let at = start; at < line.length; ) {
    const character = line.charAt(at);
    if (character === close) {
      parts.push(line.slice(from, at));
      return { text: parts.join(''), end: at + 1 };
    }
    if (character !== '\\') {
      at += 1;
      continue;
    }
    if (at + 1 >= line.length) return undefined;
    const one = escaped(line, at + 1);
    parts.push(line.slice(from, at), one.text);
    at = one.end;
    from = at;
  }
  return undefined;
}

const separators = new Set([',', ' ', '\t', '\\']);

/** Pairs of hexadecimal digits with commas between them; undefined where it is anything else. */
function bytesOf(digits: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil(digits.length / 2));
  let count = 0;
  for (let at = 0; at < digits.length; ) {
    if (separators.has(digits.charAt(at))) {
      at += 1;
      continue;
    }
    const pair = digits.slice(at, at + 2);
    if (!/^[0-9a-f]{2}$/i.test(pair)) return undefined;
    bytes[count] = Number.parseInt(pair, 16);
    count += 1;
    at += 2;
  }
  return bytes.subarray(0, count);
}

function textData(type: number, text: string): RegistryData {
  if (type === registryTypes.expandable) return { kind: 'expandable', text };
  if (type === registryTypes.texts) return { kind: 'texts', texts: splitTexts(text) };
  if (type === registryTypes.text) return { kind: 'text', text };
  return dataOf(type, Buffer.from(`${text}\0`, 'utf16le'));
}

/** What follows the equals sign of a value. */
function dataIn(text: string): RegistryData | undefined {
  const [, word, type] = /^(str|hex|dword)(?:\(([0-9a-f]{1,8})\))?:/i.exec(text) ?? [];
  if (text.startsWith('"') || word?.toLowerCase() === 'str') {
    const start = text.indexOf('"');
    const one = start < 0 ? undefined : quoted(text, start + 1, '"');
    return one && textData(type === undefined ? registryTypes.text : Number.parseInt(type, 16), one.text);
  }
  const rest = text.slice(text.indexOf(':') + 1);
  if (word?.toLowerCase() === 'dword') {
    return /^[0-9a-f]{1,8}$/i.test(rest.trim())
      ? { kind: 'number', number: Number.parseInt(rest, 16) }
      : undefined;
  }
  if (word === undefined) return undefined;
  const bytes = bytesOf(rest);
  return bytes && dataOf(type === undefined ? registryTypes.bytes : Number.parseInt(type, 16), bytes);
}

function valueIn(line: string): RegistryValue | undefined {
  const name = line.startsWith('@') ? { text: '', end: 1 } : quoted(line, 1, '"');
  if (!name || line.charAt(name.end) !== '=') return undefined;
  const data = dataIn(line.slice(name.end + 1));
  return data && { name: name.text, data };
}

function parsed(line: string): RegistryLine | undefined {
  switch (line.charAt(0)) {
    case '[': {
      const path = quoted(line, 1, ']');
      return path && { kind: 'key', path: path.text };
    }
    case '#': {
      const [name = '', ...rest] = line.slice(1).split('=');
      return { kind: 'option', name, text: rest.join('=') };
    }
    case ';':
      return { kind: 'comment', text: line.replace(/^;+\s*/, '') };
    case '"':
    case '@': {
      const value = valueIn(line);
      return value && { kind: 'value', value };
    }
  }
  return undefined;
}

/** Whether a value goes on in the next line. */
function goesOn(line: string): boolean {
  if (!line.endsWith('\\')) return false;
  const name = line.startsWith('@') ? { end: 1 } : line.startsWith('"') ? quoted(line, 1, '"') : undefined;
  return name !== undefined && line.slice(name.end, name.end + 4).toLowerCase() === '=hex';
}

/** Joins the lines of values that go on; with the number of the last line. */
async function* wholeLines(
  lines: AsyncIterable<string>,
  file: string,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let number = 0;
  let parts: string[] = [];
  let length = 0;
  for await (const line of lines) {
    number += 1;
    const open = parts.length > 0 ? line.endsWith('\\') : goesOn(line);
    parts.push(open ? line.slice(0, -1) : line);
    length += line.length;
    if (length > mostCharacters) throw badRoot(`${file} line ${number}`, 'a value is too long');
    if (open) continue;
    yield { text: parts.length === 1 ? line : parts.join(''), number };
    parts = [];
    length = 0;
  }
  if (parts.length > 0) throw badRoot(`${file} line ${number}`, 'the file ends inside a value');
}

/**
 * The lines of a registry, one after the other; empty ones are left out.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function* registryLines(
  lines: AsyncIterable<string>,
  file: string,
): AsyncGenerator<RegistryLine> {
  for await (const { text, number } of wholeLines(lines, file)) {
    if (number === 1) {
      if (text !== firstLine) throw badRoot(`${file} line 1`, `it does not begin with "${firstLine}"`);
    } else if (text !== '') {
      const one = parsed(text);
      if (one === undefined) throw badRoot(`${file} line ${number}`, 'it is neither a key nor a value');
      yield one;
    }
  }
}
