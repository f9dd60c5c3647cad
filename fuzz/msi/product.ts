/** What a package says: products whose cells are exchanged for hostile ones, evaluated on machines, laid out as files. */
import {
  bytesSource,
  type Database,
  deriveSoftware,
  describeMachine,
  encodeStreamName,
  evaluate,
  extractionPaths,
  formatText,
  openContent,
  openDatabase,
  openProduct,
  type Product,
  parseCondition,
} from '@holdfast/msi';
import type { Random } from '../../packages/lab/src/world/random.ts';
import { cabinet, mszip } from '../../packages/msi/test/cabinet-support.ts';
import { packageBytes, type Rows } from '../../packages/msi/test/support/product-tables.ts';
import { outcomeOf, outcomeOfAll, promise, type Target, wasRead } from '../target.ts';
import { escapeOf } from './escape.ts';

type Cell = string | number | null;
type Tables = Record<string, Cell[][]>;

const seed = {
  Property: [
    ['ProductCode', '{11111111-2222-3333-4444-555555555555}'],
    ['ProductName', 'Small'],
    ['ProductVersion', '1.2.3'],
    ['ProductLanguage', '1033'],
    ['UpgradeCode', '{11111111-2222-3333-4444-666666666666}'],
    ['ALLUSERS', '1'],
    ['A', '[B]'],
    ['B', '[A][C]'],
  ],
  Directory: [
    ['TARGETDIR', null, 'SourceDir'],
    ['ProgramFilesFolder', 'TARGETDIR', 'PFiles'],
    ['INSTALLDIR', 'ProgramFilesFolder', 'SMALL|Small Product'],
    ['SUB', 'INSTALLDIR', 'SUB|sub folder:other'],
    ['SAME', 'SUB', '.'],
  ],
  Feature: [
    ['Main', null, 'Main', null, 1, 1, 'INSTALLDIR', 0],
    ['Child', 'Main', 'Child', null, 0, 3, null, 2],
  ],
  Condition: [['Child', 0, 'VersionNT < 600 OR NOT (A = "x" AND &Main = 3)']],
  FeatureComponents: [
    ['Main', 'Program'],
    ['Child', 'Extra'],
  ],
  Component: [
    ['Program', '{aaaaaaaa-2222-3333-4444-555555555555}', 'INSTALLDIR', 0, null, 'program.exe'],
    ['Extra', '{aaaaaaaa-2222-3333-4444-666666666666}', 'SUB', 4, 'VersionNT64', 'reg1'],
  ],
  File: [
    ['program.exe', 'Program', 'PROGRAM.EXE|program one.exe', 11, '1.0.0.0', '1033', 512, 1],
    ['extra.txt', 'Extra', 'extra.txt', 5, null, null, 0, 2],
  ],
  Media: [[1, 2, null, '#cab', null, null]],
  MsiFileHash: [['extra.txt', 0, 1, 2, 3, 4]],
  Registry: [['reg1', 2, 'Software\\[Manufacturer]\\Small', 'Path', '#x00ff[INSTALLDIR]', 'Extra']],
  CustomAction: [['Set', 51, 'A', '[B]\\[%PATH][#program.exe][!extra.txt][$Extra][\\[]{[C] }']],
  InstallExecuteSequence: [
    ['CostInitialize', null, 800],
    ['FileCost', null, 900],
    ['Set', 'NOT Installed', 950],
    ['CostFinalize', null, 1000],
    ['InstallFinalize', null, 6600],
  ],
  LaunchCondition: [['VersionNT >= 501', 'Needs [ProductName]']],
} as const satisfies Rows;

/** What has gone wrong in some reader of such cells, or might. */
const words = [
  '',
  '.',
  '..',
  '..|..',
  'a|..\\b',
  'C:\\Windows',
  '\\\\server\\share',
  'CON|con.txt',
  'SHORT~1|long name.txt',
  'a:b|c:d',
  '[A]',
  '[B]',
  '[[A]]',
  '{[A]}',
  '[~]',
  '[#program.exe]',
  '[$Program]',
  '[!program.exe]',
  '[\\[]',
  '[%PATH]',
  '{{[A]}}',
  'TARGETDIR',
  'SUB',
  'Main',
  'Child',
  'INSTALLDIR',
  'A = "',
  'A >< B',
  'NOT NOT NOT A',
  'A AND OR B',
  'A ~= "a" IMP (B XOR C) EQV 1',
  '?Program = 3 AND $Program > 2 AND !Main < &Main',
  '99999999999999999999',
  '-32768',
  '0x7fffffff',
  '#-2147483648',
  '#%PATH',
  '#x0g',
  '[~]a[~]b[~]',
  '{00000000-0000-0000-0000-000000000000}',
  'constructor',
  '__proto__',
  'toString',
  '\u0130',
  '\ud800',
  '\0',
] as const;

const numbers = [-32_768, -1, 0, 1, 2, 3, 4, 19, 50, 51, 307, 0x7fff, 2 ** 31 - 1, -(2 ** 31) + 1] as const;
/** Characters of the longest cells. */
const mostCharacters = 3000;

function word(random: Random, own: readonly string[]): string {
  const one = () => (random.chance(1, 3) && own.length > 0 ? random.pick(own) : random.pick(words));
  const chosen = random.chance(1, 3) ? one() + one() + one() : one();
  if (!random.chance(1, 25)) return chosen;
  const many = random.pick(['(', '[', '{', '[A', '((A)', 'NOT ', 'A\\', '.', '~', chosen]);
  return many.repeat(1 + random.integer(Math.ceil(mostCharacters / many.length)));
}

function changeCell(random: Random, tables: Tables): void {
  const rows = random.pick(Object.values(tables));
  if (rows.length === 0) return;
  const row = random.pick(rows);
  switch (random.integer(8)) {
    case 0:
      rows.push([...row]);
      break;
    case 1:
      rows.splice(rows.indexOf(row), 1);
      break;
    default: {
      const column = random.integer(row.length);
      const own = rows.flatMap((cells) => cells.filter((cell) => typeof cell === 'string'));
      const isNumber = typeof row[column] === 'number';
      if (random.chance(1, 12)) row[column] = null;
      else row[column] = isNumber ? random.pick(numbers) : word(random, own);
    }
  }
}

const program = Buffer.from('program one');
const carried = cabinet({
  files: [
    { name: 'program.exe', size: 11, offset: 0 },
    { name: 'extra.txt', size: 5, offset: 11 },
  ],
  blocks: mszip(Buffer.concat([program, Buffer.from('extra')])),
  compression: 1,
});
const cabinetStream = { [encodeStreamName({ name: 'cab', isTable: false })]: carried };

function written(rows: Rows, wordCount: number): Uint8Array {
  return Uint8Array.from(packageBytes(rows, cabinetStream, wordCount));
}

function makeProduct(random: Random): Uint8Array {
  const tables: Tables = Object.fromEntries(
    Object.entries(seed).map(([name, rows]) => [name, rows.map((row) => [...row])]),
  );
  for (let changes = 1 + random.integer(4); changes > 0; changes -= 1) changeCell(random, tables);
  if (random.chance(1, 20)) delete tables[random.pick(Object.keys(tables))];
  // Rows of any cells are what a hostile package has; the shape is the writer's.
  return written(tables as Rows, random.pick([0, 1, 2, 3, 4, 7]));
}

const machines = [
  describeMachine({ architecture: 'x64', windows: '10.0' }),
  describeMachine({ architecture: 'x86', windows: '5.0' }),
];

async function useProduct(database: Database, product: Product): Promise<string> {
  const evaluations = machines.map((machine) => async () => {
    const evaluation = await evaluate(product, machine, { properties: { INSTALLDIR: 'D:\\there\\' } });
    for (const text of evaluation.properties.values()) evaluation.format(text);
    for (const { id } of product.components.values())
      promise(evaluation.components.has(id), () => `no state of ${id}`);
  });
  return outcomeOfAll([
    ...evaluations,
    async () => {
      const why = escapeOf([...extractionPaths(product).values()]);
      promise(why === undefined, () => `accepted although ${why}`);
    },
    () => deriveSoftware(product, 'small.msi'),
    async () => {
      const content = openContent(database, product, { neighbours: async () => undefined });
      for await (const { content: pieces } of content.all()) for await (const _ of pieces);
    },
  ]);
}

const productTarget: Target = {
  name: 'product',
  sound: [written(seed, 2)],
  make: makeProduct,
  async run(bytes) {
    let outcome = wasRead;
    const opened = await outcomeOf(async () => {
      const database = await openDatabase(bytesSource(bytes));
      outcome = await useProduct(database, await openProduct(database));
    });
    return opened === wasRead ? outcome : opened;
  },
};

function encode(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'utf16le'));
}

const comparisons = ['=', '<>', '<', '>=', '~=', '><', '<<', '>>', '~<>'] as const;
const operands = ['A', 'B', '5', '-1', '"text"', '$C', '?C', '&F', '!F', '%PATH', 'VersionNT64'] as const;

/** A condition as the grammar has them. */
function condition(random: Random, depth: number): string {
  const inner = () => condition(random, depth - 1);
  if (depth === 0 || random.chance(1, 3)) {
    const left = random.pick(operands);
    return random.chance(1, 2) ? left : `${left} ${random.pick(comparisons)} ${random.pick(operands)}`;
  }
  if (random.chance(1, 4)) return `NOT ${inner()}`;
  if (random.chance(1, 3)) return `(${inner()})`;
  return `${inner()} ${random.pick(['AND', 'or', 'XOR', 'Eqv', 'IMP'])} ${inner()}`;
}

/** Pieces of conditions and formatted text, in any order. */
const grammar = [
  'A',
  'B',
  '"text"',
  '"',
  '1',
  '-5',
  '2147483648',
  '(',
  ')',
  ' ',
  ' AND ',
  ' OR ',
  'NOT ',
  ' XOR ',
  ' EQV ',
  ' IMP ',
  '=',
  '<>',
  '>=',
  '<=',
  '><',
  '<<',
  '>>',
  '~=',
  '~',
  '$',
  '?',
  '&',
  '!',
  '%',
  '[',
  ']',
  '{',
  '}',
  '\\',
  '[A]',
  '[\\{]',
  '{[A]x}',
  '{{[B]}}',
  '[#f]',
  '[~]',
  '\u00e9',
  '\ud83d',
] as const;

const textTarget: Target = {
  name: 'text',
  sound: [encode('A = "x" AND NOT (B > 5)')],
  make(random) {
    let text = random.chance(1, 2) ? condition(random, random.integer(6)) : '';
    if (text !== '' && random.chance(2, 3)) return encode(text);
    for (let count = 1 + random.integer(14); count > 0; count -= 1) text += random.pick(grammar);
    if (random.chance(1, 50)) text = text.repeat(1 + random.integer(300));
    return encode(text);
  },
  run(bytes) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le');
    return outcomeOfAll([
      async () => parseCondition(text),
      async () => formatText(text, (reference) => (reference === 'A' ? 'of A' : '')),
    ]);
  },
};

export const productTargets: readonly Target[] = [productTarget, textTarget];
