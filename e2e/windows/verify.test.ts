/** Packages on a real Windows Installer: what it installed does not differ, what is damaged does, and what is foreseen comes true. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { localDisk } from '@holdfast/machine';
import {
  deriveSoftware,
  evaluateInstalled,
  fileSource,
  foresee,
  type InstalledState,
  installedProduct,
  openContent,
  openDatabase,
  openProduct,
  openRoot,
  type Product,
  type Verification,
  verify,
} from '@holdfast/msi';
import { puttyPackage, toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { useWine } from '../support/wine.ts';

const nunit = join(dirname(puttyPackage.msi), 'NUnit-2.5.2.9222.msi');
const skip =
  wineAvailable() ??
  (existsSync(puttyPackage.msi) && existsSync(nunit) ? false : 'the sample packages are not here');
const wine = useWine(skip);

const msiexec = async (...words: readonly string[]) =>
  (await wine.prefix.run('msiexec', [...words, '/qn'])).code;

/** The prefix as it is on the disk: Wine writes its registry when it ends. */
async function rootOf() {
  await wine.prefix.shutDown();
  return await openRoot(localDisk(), dirname(wine.prefix.driveC));
}

async function withProduct<T>(
  msi: string,
  use: (product: Product, verified: () => Promise<Verification>) => Promise<T>,
): Promise<T> {
  await using beside = await localDisk().open(dirname(msi));
  await using file = await beside.read(basename(msi));
  const database = await openDatabase(await fileSource(file));
  const product = await openProduct(database);
  const content = openContent(database, product, { neighbours: async () => undefined });
  return await use(product, async () => {
    const root = await rootOf();
    return await verify(product, await evaluateInstalled(product, root), root, content);
  });
}

describe('a package and a real msiexec', { skip }, () => {
  it('are foreseen rightly where the product is not installed: most command lines change nothing', async () => {
    await withProduct(puttyPackage.msi, async (product) => {
      const { productCode, msi } = puttyPackage;
      const isThere = async () => {
        const root = await rootOf();
        const files = existsSync(wine.prefix.toLinux('C:\\Program Files (x86)\\PuTTY'));
        return files || installedProduct(root.registry, productCode) !== undefined;
      };
      const package_ = toWindows(msi);
      const vain: readonly (readonly string[])[] = [
        ['/i', package_, 'REINSTALL=ALL'],
        ['/I', package_, 'REINSTALLMODE=vmeus', 'REINSTALL=ALL'],
        ['/fvomus', package_],
        ['/x', productCode],
        ['/i', productCode],
        ['/i', package_, 'ADDLOCAL=filesfeature'],
      ];
      for (const words of vain) {
        const line = ['msiexec', ...words].join(' ');
        assert.equal((await foresee(line, product, 'none')).changesNothing, true, line);
        await msiexec(...words);
        assert.equal(await isThere(), false, line);
      }
      const words = ['/i', package_];
      assert.equal((await foresee(`msiexec ${words.join(' ')}`, product, 'none')).changesNothing, false);
      assert.equal(await msiexec(...words), 0);
      assert.equal(await isThere(), true);
    });
  });

  it('agree about PuTTY: nothing differs, then exactly what is damaged, and a repair brings back what is missing', async () => {
    await withProduct(puttyPackage.msi, async (product, verified) => {
      const found = await verified();
      assert.deepEqual(found.differences, []);
      assert.deepEqual(found.compared, { files: 10, values: 10, others: 6 });
      const home = 'C:\\Program Files (x86)\\PuTTY';
      rmSync(wine.prefix.toLinux(`${home}\\plink.exe`));
      const psftp = readFileSync(wine.prefix.toLinux(`${home}\\psftp.exe`));
      psftp[5000] = (psftp[5000] ?? 0) ^ 1;
      writeFileSync(wine.prefix.toLinux(`${home}\\psftp.exe`), psftp);
      writeFileSync(wine.prefix.toLinux(`${home}\\README.txt`), 'changed');
      await wine.prefix.run('reg', ['delete', 'HKCR\\PPK_Assoc_ProgId\\shell\\open', '/ve', '/f', '/reg:32']);
      const damaged = await verified();
      assert.deepEqual(
        damaged.differences.map(({ kind, path }) => [kind, path]),
        [
          ['file-different', `${home}\\psftp.exe`],
          ['file-missing', `${home}\\plink.exe`],
          ['file-different', `${home}\\README.txt`],
          ['registry-missing', 'HKCR\\PPK_Assoc_ProgId\\shell\\open\\(default)'],
          ['key-path-broken', `${home}\\plink.exe`],
        ],
      );
      const { program } = await deriveSoftware(product, basename(puttyPackage.msi));
      assert.match(program.repair ?? '', /REINSTALLMODE=vmeus REINSTALL=ALL/);
      const words = ['/I', toWindows(puttyPackage.msi), 'REINSTALLMODE=vmeus', 'REINSTALL=ALL'];
      assert.equal(await msiexec(...words), 0);
      const repaired = await verified();
      assert.ok(
        !repaired.differences.some(({ kind }) => kind === 'file-missing' || kind === 'key-path-broken'),
      );
      assert.ok(!repaired.differences.some(({ kind }) => kind === 'registry-missing'));
    });
  });

  it('agree about NUnit, with what Wine leaves out named and not counted', async () => {
    assert.equal(await msiexec('/i', toWindows(nunit), 'ALLUSERS=1'), 0);
    await withProduct(nunit, async (product, verified) => {
      const found = await verified();
      assert.deepEqual(found.differences, []);
      assert.equal(found.compared.files, 219);
      // Their conditions ask for a .NET that is not there; Wine has them on record all the same.
      assert.deepEqual(
        found.notJudged.filter(({ component }) => component !== '').map(({ component }) => component),
        ['MenuShortcut_NUnit', 'MenuShortcut_2.0', 'MenuShortcut_Mono_2.0'],
      );
      const state: InstalledState = {
        productCode: product.productCode ?? '',
        version: product.version ?? '',
      };
      const { reasons } = await foresee('msiexec /i nunit.msi /qn', product, state);
      assert.deepEqual(
        reasons.map(({ code }) => code),
        ['already-installed'],
      );
    });
  });
});
