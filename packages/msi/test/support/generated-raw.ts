/** Packages of hand-made bytes, in every version, width of references and code page. */
import { compoundFile } from './compound-writer.ts';
import { databaseStreams } from './database-writer.ts';

/** Code pages, and bytes of text in them: some that are none of their characters, a tab, a line break. */
const rawTexts = [
  [1252, '4772f6df65'],
  [1250, '9ceab9'],
  [1251, 'cff0eee3f0e0ecece0'],
  [932, '8376838d'],
  [936, 'b0b2d7b0'],
  [949, 'bcb3c4a1'],
  [950, 'a677b8cb'],
  [65001, 'e282ac'],
  [0, '41e9'],
  [1252, '61096209'],
  [1252, '610d0a62'],
] as const;
/** Versions of compound files, and bytes of references. */
const rawForms = [
  [3, 2],
  [3, 3],
  [4, 2],
  [4, 3],
] as const;
const rawTable = {
  name: 'Thing',
  columns: [
    { name: 'Thing', type: 0x2d48 },
    { name: 'Text', type: 0x1d00 },
    { name: 'Small', type: 0x0502 },
    { name: 'Large', type: 0x1104 },
  ],
  rows: [
    ['k', 'X', -5, null],
    ['l', null, 7, -100_000],
    ['m', 'other', 0, 5],
  ],
} as const;

/** As many as there are texts in all forms. */
export const rawCount = rawTexts.length * rawForms.length;

export function rawPackage(seed: number): Uint8Array {
  const [codePage, hex] = rawTexts[seed % rawTexts.length] ?? rawTexts[0];
  const [version, referenceBytes] = rawForms[Math.floor(seed / rawTexts.length) % rawForms.length] ?? [3, 2];
  const encode = (words: string) => (words === 'X' ? Buffer.from(hex, 'hex') : Buffer.from(words));
  const streams = databaseStreams({ tables: [rawTable], codePage, encode, referenceBytes });
  return compoundFile({ version, streams, scattered: true });
}
