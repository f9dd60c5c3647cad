/** Conditions and formatted texts, case by case as the installer's documentation says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { conditionHolds, formatText, parseCondition } from '@holdfast/msi';

const values: Readonly<Record<string, string | number>> = {
  VersionNT: '603',
  Name: 'Acme Tool',
  LOWER: 'acme tool',
  TEXT: 'text',
  ZERO: '0',
  NEGATIVE: '-5',
  PADDED: '0603',
  FLAGS: '65541',
  VERSION: '1.2.3',
  'DOTTED.Name_1': 'x',
  '%PATH': 'C:\\Windows',
  '&Main': 3,
  '!Main': 2,
  $Program: 3,
  '?Program': 2,
  '&Off': -1,
};

const holds = (condition: string) =>
  conditionHolds(parseCondition(condition), (of, name) => values[of + name]);

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    if (isHoldfastError(thrown)) return thrown.code;
    throw thrown;
  }
  return 'none';
};

/** What holds, and what does not. */
const truths: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['  \t', true],
  ['VersionNT', true],
  ['Missing', false],
  ['NOT Missing', true],
  ['ZERO', true],
  ['0', false],
  ['1', true],
  ['-1', true],
  ['"text"', true],
  ['""', false],
  ['VersionNT >= 600', true],
  ['VersionNT > 603', false],
  ['VersionNT = "603"', true],
  ['"603" = VersionNT', true],
  ['600 < VersionNT', true],
  ['PADDED = VersionNT', true],
  ['PADDED = "603"', true],
  ['"0603" = "603"', false],
  ['NEGATIVE < 0', true],
  ['NEGATIVE = -5', true],
  ['VERSION > 1', false],
  ['VERSION < 1', false],
  ['VERSION = 1', false],
  ['VERSION <> 1', true],
  ['Missing = 0', false],
  ['Missing <> 0', true],
  ['Missing = ""', true],
  ['Missing < 600', false],
  ['TEXT = "text"', true],
  ['TEXT = "TEXT"', false],
  ['TEXT ~= "TEXT"', true],
  ['TEXT ~<> "TEXT"', false],
  ['Name = LOWER', false],
  ['Name ~= LOWER', true],
  ['TEXT < "texu"', true],
  ['TEXT ~>= "TEXT"', true],
  ['versionnt', false],
  ['Name >< "me T"', true],
  ['Name >< "ME T"', false],
  ['Name ~>< "ME T"', true],
  ['Name << "Acme"', true],
  ['Name << "Tool"', false],
  ['Name >> "Tool"', true],
  ['Name ~>> "TOOL"', true],
  ['Name >> "A much longer tool"', false],
  ['Name >< ""', true],
  ['Missing >< "x"', false],
  ['Missing >< ""', false],
  ['FLAGS >< 4', true],
  ['FLAGS >< 2', false],
  ['FLAGS << 1', true],
  ['FLAGS >> 5', true],
  ['%PATH', true],
  ['%path << "C:"', false],
  ['%PATH << "C:"', true],
  ['&Main = 3', true],
  ['&Main=3 AND !Main=2', true],
  ['$Program > 2', true],
  ['?Program = 2', true],
  ['&Off = -1', true],
  ['&Nothing = 3', false],
  ['DOTTED.Name_1 = "x"', true],
  ['NOT VersionNT = 603', false],
  ['NOT NOT VersionNT', true],
  ['Missing OR VersionNT AND TEXT', true],
  ['VersionNT OR Missing AND Missing', true],
  ['(VersionNT OR Missing) AND Missing', false],
  ['NOT Missing AND VersionNT', true],
  ['NOT (Missing AND VersionNT)', true],
  ['1 XOR 1', false],
  ['1 XOR 0', true],
  ['1 XOR 1 XOR 1', true],
  ['0 EQV 0', true],
  ['1 EQV 0', false],
  ['0 IMP 0', true],
  ['1 IMP 0', false],
  ['1 IMP 1', true],
  ['1 OR 1 XOR 1', false],
  ['1 XOR 1 OR 1', false],
  ['0 IMP 1 EQV 0', true],
  ['1 EQV 0 IMP 0', true],
  ['VersionNT and not Missing', true],
  ['VersionNT aNd NOt Missing', true],
  ['NOTE', false],
  ['(((1)))', true],
  ['VersionNT>=600AND(1)', true],
];

describe('conditions', () => {
  for (const [condition, truth] of truths) {
    it(`${condition === '' ? 'nothing' : condition} ${truth ? 'holds' : 'does not hold'}`, () => {
      assert.equal(holds(condition), truth);
    });
  }

  it('are refused where they are none', () => {
    const none = [
      'AND',
      '1 AND',
      'OR 1',
      '1 2',
      '(1',
      '1)',
      '()',
      'NOT',
      '1 =',
      '= 1',
      '1 = = 1',
      '(1) = 1',
      '1 = (1)',
      '"open',
      "'single'",
      '1 ~ 1',
      'A == B',
      'A != B',
      '@x',
      '&',
      '%',
      '1.5',
      '[Property]',
      '99999999999',
      'A = NOT B',
      '\0',
    ];
    for (const condition of none) {
      assert.equal(
        codeOf(() => parseCondition(condition)),
        'msi.invalid',
        condition,
      );
    }
  });

  it('are bounded in depth and length, and long ones are not deep', () => {
    assert.equal(
      codeOf(() => parseCondition(`${'('.repeat(5000)}1${')'.repeat(5000)}`)),
      'msi.limit',
    );
    assert.equal(
      codeOf(() => parseCondition(`${'NOT '.repeat(3000)}1`)),
      'msi.limit',
    );
    assert.equal(
      codeOf(() => parseCondition('1 '.repeat(20_000))),
      'msi.limit',
    );
    assert.equal(holds(`${'1 AND '.repeat(2500)}1`), true);
  });
});

describe('formatted text', () => {
  const known: Readonly<Record<string, string>> = {
    A: 'a',
    B: 'A',
    PATH: 'C:\\Dir\\',
    LOOP: '[LOOP]',
    '#file': 'C:\\f.txt',
    '!file': 'C:\\F.TXT',
    $comp: 'C:\\comp\\',
    '%VAR': 'value',
  };
  const format = (text: string) => formatText(text, (reference) => known[reference] ?? '');
  const cases: readonly (readonly [string, string])[] = [
    ['', ''],
    ['plain', 'plain'],
    ['[A] and [B]', 'a and A'],
    ['[[B]]', 'a'],
    ['[[Missing]]', ''],
    ['<[Missing]>', '<>'],
    ['[PATH]bin', 'C:\\Dir\\bin'],
    ['[%VAR]|[%NONE]', 'value|'],
    ['[#file] [!file] [$comp]', 'C:\\f.txt C:\\F.TXT C:\\comp\\'],
    ['[\\[]Bracket Text[\\]]', '[Bracket Text]'],
    ['[\\xyz]', 'x'],
    ['one[~]two', 'one\0two'],
    ['[LOOP]', '[LOOP]'],
    ['[open', '[open'],
    ['close]', 'close]'],
    ['{open', '{open'],
    ['}{', '}{'],
    ['{no reference}', '{no reference}'],
    ['{with [A] in it}', 'with a in it'],
    ['{with [Missing] in it}', ''],
    ['{[A][Missing]}x', 'x'],
    ['{{comment}}x', 'x'],
    ['[[A]', '[a'],
    ['{[A}', '{[A}'],
    ['[]', ''],
    ['{}', '{}'],
    ['{a{b[A]c}d}', 'abacd'],
  ];
  for (const [text, expected] of cases) {
    it(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, () => {
      assert.equal(format(text), expected);
    });
  }

  it('is bounded in depth and in what it grows to', () => {
    const big = 'x'.repeat(10_000);
    assert.equal(
      codeOf(() => formatText('[A]'.repeat(20), () => big)),
      'msi.limit',
    );
    assert.equal(
      codeOf(() => format(`${'['.repeat(100)}A${']'.repeat(100)}`)),
      'msi.limit',
    );
    assert.equal(
      codeOf(() => format('['.repeat(2 ** 16 + 1))),
      'msi.limit',
    );
    assert.equal(format('[}'.repeat(30_000)).length, 60_000);
    assert.equal(format(`{${'['.repeat(60_000)}}`).length, 60_002);
  });
});
