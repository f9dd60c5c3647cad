/** Packages that say what cannot be: a plan is made, refused, or ends with a coded error, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { bytesSink, bytesSource, openDatabase, writePackage } from '@holdfast/msi';
import type { CellData, PackageData } from '../src/database/package-data.ts';
import { planPackage } from '../src/plan/plan.ts';
import { requestWith } from '../src/plan/request.ts';
import { freshSite, product } from './support/planned.ts';

/** A generator of numbers below a bound, the same for the same seed. */
function numbers(seed: number): (bound: number) => number {
  let state = seed * 2654435761;
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0;
    return state % bound;
  };
}

const texts = [
  '',
  '*',
  '..',
  '..\\..\\x',
  'C:\\',
  '\\\\x\\y',
  '[INSTALLDIR]',
  '[[[',
  '{[x]',
  '#x0',
  '#%',
  '{}',
  'a|b',
  'NONE',
  '[~]',
  '-',
];
const whole = [-1, 0, 1, 3, 255, 0x4000];

/** One to three cells of the package are others. */
function damaged(data: PackageData, seed: number): PackageData {
  const next = numbers(seed);
  const tables = data.tables.map((table) => ({ ...table, rows: table.rows.map((row) => [...row]) }));
  for (let count = 1 + next(3); count > 0; count -= 1) {
    const table = tables[next(tables.length)];
    const row = table?.rows[next(table.rows.length || 1)];
    const at = next(table?.columns.length ?? 1);
    const column = table?.columns[at];
    if (row === undefined || column === undefined || column.key || column.kind === 'binary') continue;
    const cell: CellData =
      column.nullable && next(4) === 0
        ? null
        : column.kind === 'string'
          ? (texts[next(texts.length)] ?? '')
          : (whole[next(whole.length)] ?? 0);
    row[at] = cell === '' ? null : cell;
  }
  return { ...data, tables };
}

test('300 damaged packages are planned, refused, or end with a coded error', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    components: [
      {
        id: 'Service',
        files: [{ source: 'server.exe' }],
        services: [{ name: 'S', onUninstall: ['delete'] }],
      },
    ],
    files: [{ source: 'one.txt' }],
    registry: [{ root: 'HKLM', key: 'Software\\Maker', name: 'A', value: '[INSTALLDIR]' }],
    shortcuts: [{ name: 'Sample', file: 'one.txt' }],
    environment: [{ name: 'PATH', value: '[INSTALLDIR]', merge: 'append' }],
    ini: [{ file: 'a.ini', folder: 'INSTALLDIR', section: 'm', key: 'a', value: '1' }],
    removeFiles: [{ folder: 'INSTALLDIR', name: '*.log', on: 'both' }],
    removeRegistry: [{ root: 'HKLM', key: 'Software\\Old', name: 'x' }],
    searches: [{ property: 'FOUND', file: { folder: '[WindowsFolder]', name: 'x.txt' } }],
    launchConditions: [{ condition: 'VersionNT', message: 'no' }],
  });
  await site.run('/i sample.msi', built);
  let planned = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const sink = bytesSink();
    try {
      await writePackage(damaged(built.data, seed), sink);
      const database = await openDatabase(bytesSource(sink.bytes()));
      const from = { database, path: 'C:\\packages\\x.msi', size: 1 };
      const words =
        seed % 3 === 0 ? { REMOVE: 'ALL' } : seed % 3 === 1 ? { REINSTALL: 'ALL' } : { ADDLOCAL: 'ALL' };
      const { operations } = await planPackage({
        request: requestWith(words),
        from,
        host: site.host,
        openCached: async () => undefined,
      });
      planned += 1;
      assert.ok(operations.every(({ action }) => action !== ''));
    } catch (thrown) {
      assert.ok(
        isHoldfastError(thrown),
        `${seed}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`,
      );
    }
  }
  assert.ok(planned > 100, String(planned));
});
