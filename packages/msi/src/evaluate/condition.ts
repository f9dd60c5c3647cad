/**
 * Conditions, as the tables have them, as trees. Syntax and precedence: "Conditional Statement Syntax",
 * learn.microsoft.com/windows/win32/msi/conditional-statement-syntax.
 */
import {
  badCondition,
  type Comparison,
  conditionWords,
  hugeCondition,
  type Logic,
  type SymbolKind,
  type Word,
} from './condition-words.ts';

/** Parentheses, and NOTs, inside each other. */
const mostDepth = 64;

export type ConditionValue =
  | { readonly kind: 'symbol'; readonly of: SymbolKind; readonly name: string }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'integer'; readonly number: number };

export type Condition =
  | { readonly kind: 'value'; readonly value: ConditionValue }
  | {
      readonly kind: 'comparison';
      readonly operator: Comparison;
      readonly anyCase: boolean;
      readonly left: ConditionValue;
      readonly right: ConditionValue;
    }
  | { readonly kind: 'not'; readonly term: Condition }
  /** Of the same operator, from left to right. */
  | { readonly kind: 'logic'; readonly operator: BinaryLogic; readonly terms: readonly Condition[] };

export type BinaryLogic = Exclude<Logic, 'NOT'>;

/** What binds least comes first. */
const binding: readonly BinaryLogic[] = ['IMP', 'EQV', 'XOR', 'OR', 'AND'];

function wordValue(word: Word | undefined): ConditionValue | undefined {
  return word?.kind === 'symbol' || word?.kind === 'literal' || word?.kind === 'integer' ? word : undefined;
}

function parser(condition: string) {
  const words = conditionWords(condition);
  let next = 0;
  const peek = () => words[next]?.word;
  const bad = (happened: string) => badCondition(condition, words[next]?.at ?? condition.length, happened);

  function term(depth: number): Condition {
    if (depth > mostDepth) throw hugeCondition(condition, `is nested deeper than ${mostDepth}`);
    const word = peek();
    if (word?.kind === 'logic' && word.operator === 'NOT') {
      next += 1;
      return { kind: 'not', term: term(depth + 1) };
    }
    if (word?.kind === '(') {
      next += 1;
      const inner = expression(0, depth + 1);
      if (peek()?.kind !== ')') throw bad('a parenthesis is not closed');
      next += 1;
      return inner;
    }
    const left = wordValue(word);
    if (left === undefined) throw bad('a value is missing');
    next += 1;
    const operator = peek();
    if (operator?.kind !== 'comparison') return { kind: 'value', value: left };
    next += 1;
    const right = wordValue(peek());
    if (right === undefined) throw bad('a value to compare with is missing');
    next += 1;
    return {
      kind: 'comparison',
      operator: operator.operator,
      anyCase: operator.anyCase,
      left,
      right,
    };
  }

  function expression(level: number, depth: number): Condition {
    const operator = binding[level];
    if (operator === undefined) return term(depth);
    const terms = [expression(level + 1, depth)];
    for (;;) {
      const word = peek();
      if (word?.kind !== 'logic' || word.operator !== operator) break;
      next += 1;
      terms.push(expression(level + 1, depth));
    }
    const [only] = terms;
    return terms.length === 1 && only !== undefined ? only : { kind: 'logic', operator, terms };
  }

  return (): Condition | undefined => {
    if (words.length === 0) return undefined;
    const tree = expression(0, 0);
    if (next < words.length) throw bad('the condition does not end here');
    return tree;
  };
}

/**
 * Undefined for a condition without words, which always holds.
 * @throws HoldfastError `msi.invalid` where it is no condition, `msi.limit`
 */
export function parseCondition(condition: string): Condition | undefined {
  return parser(condition)();
}
