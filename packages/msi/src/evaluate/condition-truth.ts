/** Whether a condition holds, given what its symbols stand for. */
import type { BinaryLogic, Condition, ConditionValue } from './condition.ts';
import type { Comparison, SymbolKind } from './condition-words.ts';

/**
 * What symbols stand for: text of properties and variables, numbers of states; undefined where there is nothing, which
 * is the same as empty text.
 */
export type Symbols = (of: SymbolKind, name: string) => string | number | undefined;

const wholeNumber = /^\s*-?[0-9]{1,10}\s*$/;

function numberOf(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  if (!wholeNumber.test(value)) return undefined;
  const number = Number(value);
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined;
}

function compareNumbers(left: number, operator: Comparison, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '><':
      return (left & right) !== 0;
    case '<<':
      return left >>> 16 === right;
    case '>>':
      return (left & 0xffff) === right;
  }
}

function compareTexts(left: string, operator: Comparison, right: string): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    // Nothing is part of nothing; but every text has the empty one in it.
    case '><':
      return left !== '' && left.includes(right);
    case '<<':
      return left !== '' && left.startsWith(right);
    case '>>':
      return left !== '' && left.endsWith(right);
  }
}

function standsFor(value: ConditionValue, symbols: Symbols): string | number {
  if (value.kind === 'integer') return value.number;
  if (value.kind === 'literal') return value.text;
  return symbols(value.of, value.name) ?? '';
}

/**
 * Numbers are compared as such where one side is written as a number, or where a symbol and the other side both read
 * as one; two literals are always text.
 */
function compare(condition: Condition & { kind: 'comparison' }, symbols: Symbols): boolean {
  const { operator, anyCase } = condition;
  const left = standsFor(condition.left, symbols);
  const right = standsFor(condition.right, symbols);
  const literals = condition.left.kind === 'literal' && condition.right.kind === 'literal';
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  if (!literals && leftNumber !== undefined && rightNumber !== undefined) {
    return compareNumbers(leftNumber, operator, rightNumber);
  }
  if (typeof left === 'number' || typeof right === 'number') return operator === '<>';
  return anyCase
    ? compareTexts(left.toLowerCase(), operator, right.toLowerCase())
    : compareTexts(left, operator, right);
}

function combine(operator: BinaryLogic, left: boolean, right: () => boolean): boolean {
  switch (operator) {
    case 'AND':
      return left && right();
    case 'OR':
      return left || right();
    case 'XOR':
      return left !== right();
    case 'EQV':
      return left === right();
    case 'IMP':
      return !left || right();
  }
}

/** A condition without words holds. */
export function conditionHolds(condition: Condition | undefined, symbols: Symbols): boolean {
  if (condition === undefined) return true;
  switch (condition.kind) {
    case 'not':
      return !conditionHolds(condition.term, symbols);
    case 'comparison':
      return compare(condition, symbols);
    case 'value': {
      const value = standsFor(condition.value, symbols);
      return typeof value === 'number' ? value !== 0 : value !== '';
    }
    case 'logic': {
      const [first, ...others] = condition.terms;
      return others.reduce(
        (held, term) => combine(condition.operator, held, () => conditionHolds(term, symbols)),
        conditionHolds(first, symbols),
      );
    }
  }
}
