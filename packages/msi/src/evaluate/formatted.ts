/**
 * Formatted text: `[Property]`, `[%VARIABLE]`, `[#file]`, `[!file]`, `[$component]`, `[\x]`, `[~]`, and `{groups}` that
 * are there only if all of their references are. Source: "Formatted", learn.microsoft.com/windows/win32/msi/formatted.
 */
import { HoldfastError } from '@holdfast/contract';

/** References, or groups, inside each other. */
const mostDepth = 32;
/** Characters of one text, and of what it expands to. */
const mostCharacters = 64 * 1024;

/** What stands for the text between two brackets, with its mark; empty where nothing does. */
export type Resolve = (reference: string) => string;

function tooMuch(text: string, happened: string): HoldfastError {
  return new HoldfastError(
    'msi.limit',
    `The formatted text that begins ${JSON.stringify(text.slice(0, 80))} ${happened}.`,
  );
}

type Expanded = { readonly text: string; readonly references: number; readonly empty: number };

const closing = { '[': ']', '{': '}' } as const;

/** Where every bracket and brace ends that has an end. `[\[]` and `[\]]` are characters. */
function endsOf(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: { at: number; close: ']' | '}' }[] = [];
  /** How many of each are open, so that an end without a beginning costs nothing. */
  const waiting = { ']': 0, '}': 0 };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '[' && text.charAt(at + 1) === '\\') {
      const end = text.indexOf(']', at + 3);
      if (end < 0) continue;
      ends.set(at, end);
      at = end;
    } else if (character === '[' || character === '{') {
      const close = closing[character];
      open.push({ at, close });
      waiting[close] += 1;
    } else if ((character === ']' || character === '}') && waiting[character] > 0) {
      // What was opened inside and is still open has no end.
      for (let begun = open.pop(); begun !== undefined; begun = open.pop()) {
        waiting[begun.close] -= 1;
        if (begun.close !== character) continue;
        ends.set(begun.at, at);
        break;
      }
    }
  }
  return ends;
}

/**
 * Expands a text.
 * @throws HoldfastError `msi.limit`
 */
export function formatText(text: string, resolve: Resolve): string {
  if (text.length > mostCharacters) throw tooMuch(text, `has ${text.length} characters`);
  if (!/[[{]/.test(text)) return text;
  const ends = endsOf(text);
  const starts = [...ends.keys()].sort((one, other) => one - other);
  let written = 0;

  /** Index of the first bracket or brace at or behind a place. */
  function firstStart(from: number): number {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function bracket(from: number, to: number, depth: number): Expanded {
    if (text.charAt(from) === '\\') return { text: text.charAt(from + 1), references: 0, empty: 0 };
    if (to - from === 1 && text.charAt(from) === '~') return { text: '\0', references: 0, empty: 0 };
    const value = resolve(expand(from, to, depth + 1).text);
    return { text: value, references: 1, empty: value === '' ? 1 : 0 };
  }

  function group(from: number, to: number, depth: number): Expanded {
    const doubled = text.charAt(from) === '{' && ends.get(from) === to - 1;
    if (doubled) return { text: '', references: 0, empty: 0 };
    const inner = expand(from, to, depth + 1);
    if (inner.references === 0) return { ...inner, text: `{${inner.text}}` };
    return { ...inner, text: inner.empty > 0 ? '' : inner.text };
  }

  function expand(from: number, to: number, depth: number): Expanded {
    if (depth > mostDepth) throw tooMuch(text, `is nested deeper than ${mostDepth}`);
    let result = '';
    let references = 0;
    let empty = 0;
    let at = from;
    for (;;) {
      const start = starts[firstStart(at)] ?? to;
      const end = ends.get(start);
      if (start >= to || end === undefined) break;
      const part = text.charAt(start) === '[' ? bracket(start + 1, end, depth) : group(start + 1, end, depth);
      result += text.slice(at, start) + part.text;
      written += part.text.length;
      if (written > mostCharacters) throw tooMuch(text, `grows beyond ${mostCharacters} characters`);
      references += part.references;
      empty += part.empty;
      at = end + 1;
    }
    return { text: result + text.slice(at, to), references, empty };
  }
  return expand(0, text.length, 0).text;
}
