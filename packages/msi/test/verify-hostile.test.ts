/** Damaged and hostile packages, judged in every way: an answer or a coded error, and nothing else. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import {
  bytesSource,
  deriveSoftware,
  diffPackages,
  evaluateInstalled,
  foresee,
  loopProof,
  openContent,
  openDatabase,
  openProduct,
  verify,
} from '@holdfast/msi';
import fc from 'fast-check';
import { builtProduct, toolDescription } from './support/built-product.ts';
import { packageBytes } from './support/product-tables.ts';
import { rootFolder } from './support/windows-root.ts';

async function judge(
  bytes: Uint8Array,
  root: Awaited<ReturnType<Awaited<ReturnType<typeof rootFolder>>['open']>>,
) {
  const database = await openDatabase(bytesSource(bytes));
  const product = await openProduct(database);
  const content = openContent(database, product, { neighbours: async () => undefined });
  const looks = [
    async () => {
      const { program } = await deriveSoftware(product, 'x.msi');
      await loopProof(program, product, 'x.msi');
    },
    () => foresee('msiexec /i x.msi ADDLOCAL=constructor,__proto__', product, 'none'),
    () => diffPackages(database, database),
    async () => verify(product, await evaluateInstalled(product, root), root, content),
  ];
  for (const look of looks) await look().catch(onlyCoded);
}

function onlyCoded(thrown: unknown): void {
  assert.ok(thrown instanceof HoldfastError, thrown instanceof Error ? thrown.stack : String(thrown));
}

it('packages with damaged bytes are judged or refused', async () => {
  await using folder = await rootFolder();
  const root = await folder.open();
  const { bytes } = await builtProduct(toolDescription());
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      await judge(damaged, root).catch(onlyCoded);
    }),
    { numRuns: 300, seed: 11 },
  );
});

it('packages with names that mean something elsewhere are judged or refused', async () => {
  await using folder = await rootFolder();
  const root = await folder.open();
  const name = fc.constantFrom(
    'constructor',
    '__proto__',
    'toString',
    '..',
    'a\\b',
    'CON',
    'x|y',
    '[x]',
    '[#y]',
    '{GUID}',
    'C:\\x',
    'ProgramFilesFolder',
    '',
  );
  const product = fc.tuple(name, name, name, name, name, fc.nat(1024));
  await fc.assert(
    fc.asyncProperty(product, async ([id, component, directory, value, code, attributes]) => {
      const rows = {
        Property: [
          ['ProductCode', '{11111111-2222-4333-8444-555555555555}'],
          ['ProductName', value],
          ['ProductVersion', code],
        ],
        Directory: [
          ['TARGETDIR', null, 'SourceDir'],
          [directory, 'TARGETDIR', value],
        ],
        Feature: [[id, null, value, value, 1, 1, null, 0]],
        Component: [[component, code, directory, attributes, null, id]],
        FeatureComponents: [[id, component]],
        File: [[id, component, value, 1, code, '1033', 0, 1]],
        Registry: [[id, 2, value, code, value, component]],
        Media: [[1, 1, null, null, null, null]],
      } as const;
      await judge(packageBytes(rows), root).catch(onlyCoded);
    }),
    { numRuns: 300, seed: 13 },
  );
});
