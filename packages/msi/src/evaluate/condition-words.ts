/** Words of a condition: names, literals, numbers, operators. */
import { HoldfastError } from '@holdfast/contract';

/** Characters of one condition. The column holds 255 of them; a property may bring more. */
const mostCharacters = 16_384;

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=' | '><' | '<<' | '>>';
export type Logic = 'NOT' | 'AND' | 'OR' | 'XOR' | 'EQV' | 'IMP';
/** What a symbol is a name of: `property`, `%ENV`, `$component`, `?component`, `&feature`, `!feature`. */
export type SymbolKind = '' | '%' | '$' | '?' | '&' | '!';

export type Word =
  | { readonly kind: 'symbol'; readonly of: SymbolKind; readonly name: string }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'integer'; readonly number: number }
  | { readonly kind: 'comparison'; readonly operator: Comparison; readonly anyCase: boolean }
  | { readonly kind: 'logic'; readonly operator: Logic }
  | { readonly kind: '(' | ')' };

export function badCondition(condition: string, at: number, happened: string): HoldfastError {
  const shown = condition.length > 80 ? `${condition.slice(0, 80)}...` : condition;
  return new HoldfastError(
    'msi.invalid',
    `The condition ${JSON.stringify(shown)} at character ${at + 1}: ${happened}.`,
    { details: { condition: shown, at } },
  );
}

export function hugeCondition(condition: string, happened: string): HoldfastError {
  return new HoldfastError(
    'msi.limit',
    `The condition that begins ${JSON.stringify(condition.slice(0, 80))} ${happened}.`,
  );
}

const blank = /\s+/y;
const symbol = /([%$?&!]?)([A-Za-z_][A-Za-z0-9_.]*)/y;
const literal = /"([^"]*)"/y;
const integer = /-?[0-9]+/y;
const comparison = /(~?)(><|<<|>>|<>|<=|>=|=|<|>)/y;
const parenthesis = /[()]/y;
const logicWords: ReadonlySet<string> = new Set(['NOT', 'AND', 'OR', 'XOR', 'EQV', 'IMP']);

function isLogic(word: string): word is Logic {
  return logicWords.has(word);
}

function isSymbolKind(prefix: string): prefix is SymbolKind {
  return prefix === '' || '%$?&!'.includes(prefix);
}

function isComparison(operator: string): operator is Comparison {
  return ['=', '<>', '<', '<=', '>', '>=', '><', '<<', '>>'].includes(operator);
}

/** The word at a place, and where it ends; undefined where none begins. */
function wordAt(condition: string, at: number): { word: Word; end: number } | undefined {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(condition);
  };
  const named = match(symbol);
  if (named !== null) {
    const [whole, prefix = '', name = ''] = named;
    const upper = name.toUpperCase();
    const end = at + whole.length;
    if (prefix === '' && isLogic(upper)) return { word: { kind: 'logic', operator: upper }, end };
    return isSymbolKind(prefix) ? { word: { kind: 'symbol', of: prefix, name }, end } : undefined;
  }
  const quoted = match(literal);
  if (quoted !== null) {
    return { word: { kind: 'literal', text: quoted[1] ?? '' }, end: at + quoted[0].length };
  }
  const digits = match(integer);
  if (digits !== null) {
    const number = Number(digits[0]);
    if (number < -(2 ** 31) || number >= 2 ** 31) return undefined;
    return { word: { kind: 'integer', number }, end: at + digits[0].length };
  }
  const compared = match(comparison);
  if (compared !== null) {
    const [whole, tilde, operator = ''] = compared;
    if (!isComparison(operator)) return undefined;
    return { word: { kind: 'comparison', operator, anyCase: tilde === '~' }, end: at + whole.length };
  }
  const bracket = match(parenthesis);
  if (bracket === null) return undefined;
  return { word: { kind: bracket[0] === '(' ? '(' : ')' }, end: at + 1 };
}

/**
 * Takes a condition apart.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function conditionWords(condition: string): readonly { readonly word: Word; readonly at: number }[] {
  if (condition.length > mostCharacters) {
    throw hugeCondition(condition, `has ${condition.length} characters`);
  }
  const words: { word: Word; at: number }[] = [];
  for (let at = 0; at < condition.length; ) {
    blank.lastIndex = at;
    const space = blank.exec(condition);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const found = wordAt(condition, at);
    if (found === undefined) throw badCondition(condition, at, 'no word of a condition begins here');
    words.push({ word: found.word, at });
    at = found.end;
  }
  return words;
}
