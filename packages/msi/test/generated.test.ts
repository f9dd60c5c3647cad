/** Generated packages, each read here and by msiinfo: the same text for every version, width and code page. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { bytesSource, exportTable, openDatabase } from '@holdfast/msi';
import { compoundFile } from './support/compound-writer.ts';
import { missing, msiinfo } from './support/corpus.ts';
import { databaseStreams } from './support/database-writer.ts';

const columns = [
  { name: 'Thing', type: 0x2d48 },
  { name: 'Text', type: 0x1d00 },
  { name: 'Small', type: 0x0502 },
  { name: 'Large', type: 0x1104 },
];
/** Code pages, and bytes of text in them. */
const texts = [
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

describe('generated packages', { skip: missing ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-msi-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const [codePage, hex] of texts) {
    it(`with text ${hex} in code page ${codePage} export as msiinfo does`, async () => {
      for (const [version, referenceBytes] of [
        [3, 2],
        [3, 3],
        [4, 2],
        [4, 3],
      ] as const) {
        const encode = (words: string) => (words === 'X' ? Buffer.from(hex, 'hex') : Buffer.from(words));
        const rows = [
          ['k', 'X', -5, null],
          ['l', null, 7, -100_000],
          ['m', 'other', 0, 5],
        ];
        const streams = databaseStreams({
          tables: [{ name: 'Thing', columns, rows }],
          codePage,
          encode,
          referenceBytes,
        });
        const bytes = compoundFile({ version, streams, scattered: true });
        const path = join(folder, `${codePage}-${hex}-${version}-${referenceBytes}.msi`);
        writeFileSync(path, bytes);
        const own = [...(await exportTable(await openDatabase(bytesSource(bytes)), 'Thing'))].join('');
        assert.equal(own, (await msiinfo('export', path, 'Thing')).toString(), path);
      }
    });
  }
});
