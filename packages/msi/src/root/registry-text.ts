/**
 * The text that Wine keeps a registry in: `[key\\path] seconds`, then a line for each value. Characters outside printable
 * ASCII are escaped, so every byte is one character. Format: load_keys and save_all_subkeys of Wine's server/registry.c.
 */
import { type RegistryValue, registryTypes, storedValue } from './data.ts';
import { badRoot } from './errors.ts';

/** What a line says. */
export type RegistryLine =
  /** With the seconds since 1970 at which the key was modified. */
  | { readonly kind: 'key'; readonly path: string; readonly seconds: number }
  | { readonly kind: 'value'; readonly value: RegistryValue }
  /** `#arch=win64`, `#link`: name and what follows the equals sign. */
  | { readonly kind: 'option'; readonly name: string; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string };

export const firstLine = 'WINE REGISTRY Version 2';

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
  const first = line.indexOf(close, start);
  if (first < 0) return undefined;
  const slash = line.indexOf('\\', start);
  if (slash < 0 || slash > first) return { text: line.slice(start, first), end: first + 1 };
  const parts: string[] = [];
  let from = start;
  for (let at = slash; at < line.length; ) {
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

/** By character: what a hexadecimal digit stands for, or that it stands between digits. */
const between = 16;
const digitOf = new Map([
  ...[...'0123456789abcdef'].map((digit, value) => [digit.charCodeAt(0), value] as const),
  ...[...'ABCDEF'].map((digit, value) => [digit.charCodeAt(0), value + 10] as const),
  ...[...', \t\\'].map((separator) => [separator.charCodeAt(0), between] as const),
]);

/** Pairs of hexadecimal digits with commas between them; undefined where it is anything else. */
function bytesOf(digits: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil(digits.length / 2));
  let count = 0;
  for (let at = 0; at < digits.length; ) {
    const high = digitOf.get(digits.charCodeAt(at));
    at += 1;
    if (high === between) continue;
    const low = digitOf.get(digits.charCodeAt(at));
    if (high === undefined || low === undefined || low === between) return undefined;
    bytes[count] = high * 16 + low;
    count += 1;
    at += 1;
  }
  return bytes.subarray(0, count);
}

/** What follows the equals sign of a value. */
function valueFrom(name: string, text: string): RegistryValue | undefined {
  const [, word, type] = /^(str|hex|dword)(?:\(([0-9a-f]{1,8})\))?:/i.exec(text) ?? [];
  if (text.startsWith('"') || word?.toLowerCase() === 'str') {
    const start = text.indexOf('"');
    const one = start < 0 ? undefined : quoted(text, start + 1, '"');
    if (!one) return undefined;
    if (type === undefined) return { name, data: { kind: 'text', text: one.text } };
    return storedValue(name, Number.parseInt(type, 16), Buffer.from(`${one.text}\0`, 'utf16le'));
  }
  const rest = text.slice(text.indexOf(':') + 1);
  if (word?.toLowerCase() === 'dword') {
    return /^[0-9a-f]{1,8}$/i.test(rest.trim())
      ? { name, data: { kind: 'number', number: Number.parseInt(rest, 16) } }
      : undefined;
  }
  if (word === undefined) return undefined;
  const bytes = bytesOf(rest);
  return (
    bytes && storedValue(name, type === undefined ? registryTypes.bytes : Number.parseInt(type, 16), bytes)
  );
}

function valueIn(line: string): RegistryValue | undefined {
  const name = line.startsWith('@') ? { text: '', end: 1 } : quoted(line, 1, '"');
  if (!name || line.charAt(name.end) !== '=') return undefined;
  return valueFrom(name.text, line.slice(name.end + 1));
}

function parsed(line: string): RegistryLine | undefined {
  switch (line.charAt(0)) {
    case '[': {
      const path = quoted(line, 1, ']');
      if (!path) return undefined;
      const seconds = /^ (\d{1,10})(?: |$)/.exec(line.slice(path.end))?.[1] ?? '0';
      return { kind: 'key', path: path.text, seconds: Number(seconds) };
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
function lineJoiner(file: string) {
  let number = 0;
  let parts: string[] = [];
  let length = 0;
  return {
    *join(lines: readonly string[]): Generator<{ readonly text: string; readonly number: number }> {
      for (const line of lines) {
        number += 1;
        const open = parts.length > 0 ? line.endsWith('\\') : goesOn(line);
        if (parts.length === 0 && !open) {
          yield { text: line, number };
          continue;
        }
        parts.push(open ? line.slice(0, -1) : line);
        length += line.length;
        if (length > mostCharacters) throw badRoot(`${file} line ${number}`, 'a value is too long');
        if (open) continue;
        yield { text: parts.join(''), number };
        parts = [];
        length = 0;
      }
    },
    end() {
      if (parts.length > 0) throw badRoot(`${file} line ${number}`, 'the file ends inside a value');
    },
  };
}

/**
 * The lines of a registry, as many at a time as `lines` gives; empty ones are left out.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function* registryLines(
  lines: AsyncIterable<readonly string[]>,
  file: string,
): AsyncGenerator<readonly RegistryLine[]> {
  const joiner = lineJoiner(file);
  for await (const some of lines) {
    const read: RegistryLine[] = [];
    for (const { text, number } of joiner.join(some)) {
      if (number === 1) {
        if (text !== firstLine) throw badRoot(`${file} line 1`, `it does not begin with "${firstLine}"`);
      } else if (text !== '') {
        const one = parsed(text);
        if (one === undefined) throw badRoot(`${file} line ${number}`, 'it is neither a key nor a value');
        read.push(one);
      }
    }
    yield read;
  }
  joiner.end();
}
