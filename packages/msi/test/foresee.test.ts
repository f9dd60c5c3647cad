/** Command lines and programs that can change nothing, said before they run. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProgramDefinition } from '@holdfast/contract';
import { deriveSoftware, foresee, type InstalledState, loopProof, type Product } from '@holdfast/msi';
import fc from 'fast-check';
import { commandWords, parseMsiexec } from '../src/command-line.ts';
import { builtProduct, toolDescription } from './support/built-product.ts';

const productCode = '{6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3B}';
const other = '{11111111-4A4C-4C6A-9F44-3C1F2C0E2C3B}';
const { product } = await builtProduct(toolDescription({ productCode }));
const same: InstalledState = { productCode, version: '1.2.3' };

async function codes(
  line: string,
  installed: InstalledState,
  about: Product = product,
): Promise<readonly string[]> {
  const { changesNothing, reasons, cautions } = await foresee(line, about, installed, 'tool.msi');
  assert.equal(changesNothing, reasons.length > 0);
  return [...reasons.map(({ code }) => code), ...cautions.map(({ code }) => `(${code})`)];
}

describe('a command line of msiexec', () => {
  it('is taken apart as msiexec does it', () => {
    const line =
      '"C:\\Windows\\System32\\MsiExec.exe" /I"C:\\a b\\x.msi" -qn /L*v "c:\\l o g.txt" installdir="C:\\ ""q"" d" /norestart';
    const { action, target, properties } = parseMsiexec(line) ?? {};
    assert.equal(action, 'install');
    assert.deepEqual(target, { kind: 'package', path: 'C:\\a b\\x.msi' });
    assert.deepEqual([...(properties ?? [])], [['INSTALLDIR', 'C:\\ "q" d']]);
    const glued = parseMsiexec(`msiexec /X${productCode.toLowerCase()} /qb!`);
    assert.deepEqual([glued?.action, glued?.target], ['uninstall', { kind: 'product', productCode }]);
    const repair = parseMsiexec('msiexec /fVOMUS x.msi');
    assert.deepEqual([repair?.action, repair?.repairMode], ['repair', 'vomus']);
    assert.equal(parseMsiexec('msiexec /package x.msi /quiet')?.action, 'install');
    assert.equal(parseMsiexec('setup.exe /i x.msi'), undefined);
    assert.equal(parseMsiexec(`msiexec /i ${'x'.repeat(5000)}`), undefined);
    assert.deepEqual(commandWords('a "b c"d  A="1 ""2"" 3"'), ['a', '"b c"d', 'A="1 ""2"" 3"']);
  });

  it('is taken apart whatever it is', () => {
    const part = fc.constantFrom(
      'msiexec',
      ' ',
      '"',
      '""',
      '/i',
      '/f',
      '/x',
      '{',
      '}',
      'A=',
      'x.msi',
      '/l*v',
      '\\',
      '-',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        parseMsiexec(parts.join(''));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('installs where the product is not', async () => {
    assert.deepEqual(await codes('msiexec /i "{content}\\tool.msi" /qn', 'none'), []);
    assert.deepEqual(await codes('msiexec /i tool.msi ADDLOCAL=Extra', 'none'), []);
    assert.deepEqual(await codes('msiexec /i tool.msi REINSTALLMODE=amus', 'none'), []);
    assert.deepEqual(await codes('msiexec /i tool.msi', { productCode: other, version: '1.0' }), []);
  });

  it('reinstalls nothing where the product is not', async () => {
    const line = 'msiexec /I "{content}\\tool.msi" REINSTALLMODE=vmeus REINSTALL=ALL /qn';
    assert.deepEqual(await codes(line, 'none'), ['reinstall-not-installed']);
    assert.deepEqual(await codes(line, { productCode: other, version: '1.0' }), ['new-product-code']);
    assert.deepEqual(await codes(line, same), []);
    assert.deepEqual(await codes(line, { productCode, version: '1.0.0' }), []);
    assert.deepEqual(await codes(`${line} ADDLOCAL=Main`, 'none'), []);
  });

  it('reinstalls only features that exist and are installed', async () => {
    const line = (features: string) => `msiexec /i tool.msi REINSTALL=${features}`;
    assert.deepEqual(await codes(line('main'), same), ['reinstall-feature-unknown']);
    const { reasons } = await foresee(line('main'), product, same);
    assert.match(reasons[0]?.sentence ?? '', /case-sensitive: write Main\./);
    assert.deepEqual(await codes(line('Extra'), { ...same, features: ['Main'] }), [
      'reinstall-feature-absent',
    ]);
    assert.deepEqual(await codes(line('Main,Extra'), { ...same, features: ['Main'] }), []);
  });

  it('repairs and uninstalls only the product of the package', async () => {
    assert.deepEqual(await codes('msiexec /fvomus tool.msi', 'none'), ['product-not-installed']);
    assert.deepEqual(await codes('msiexec /fa tool.msi', { productCode: other }), ['new-product-code']);
    assert.deepEqual(await codes('msiexec /fa tool.msi REBOOT=R', same), ['(properties-ignored)']);
    assert.deepEqual(await codes(`msiexec /x ${productCode}`, 'none'), ['product-not-installed']);
    assert.deepEqual(await codes(`msiexec /x ${other}`, same), ['product-not-installed']);
    assert.deepEqual(await codes(`msiexec /x ${productCode}`, same), []);
    assert.deepEqual(await codes(`msiexec /i ${productCode} REINSTALL=ALL`, 'none'), [
      'product-not-installed',
    ]);
    assert.deepEqual(await codes('msiexec /i tool.msi REMOVE=ALL', 'none'), ['product-not-installed']);
  });

  it('changes nothing of what is there already', async () => {
    assert.deepEqual(await codes('msiexec /i tool.msi /qn', same), ['already-installed']);
    assert.deepEqual(await codes('msiexec /i tool.msi', { productCode, version: '1.0.0' }), [
      'other-version-installed',
    ]);
    assert.deepEqual(await codes('msiexec /i tool.msi ADDLOCAL=Extra', same), []);
  });

  it('installs nothing where no feature is left', async () => {
    assert.deepEqual(await codes('msiexec /i tool.msi ADDLOCAL=Disabled', 'none'), ['features-absent']);
    assert.deepEqual(await codes('msiexec /i tool.msi ADDLOCAL=Main,Disabled', 'none'), ['(feature-absent)']);
    assert.deepEqual(await codes('msiexec /i tool.msi ADDLOCAL=main', 'none'), ['feature-unknown']);
    assert.deepEqual(await codes('msiexec /i tool.msi REINSTALLMODE=vomus', 'none'), [
      '(recache-on-first-install)',
    ]);
    assert.deepEqual(await codes('msiexec /a tool.msi', 'none'), ['administrative']);
    assert.deepEqual(await codes('msiexec /jm tool.msi', 'none'), ['advertised-only']);
    assert.deepEqual(await codes('msiexec /qn', 'none'), ['no-action']);
  });

  it('is not judged where a transform, another package or another program decides', async () => {
    assert.deepEqual(await codes('msiexec /i tool.msi REINSTALL=ALL TRANSFORMS=x.mst', 'none'), [
      '(transforms)',
      '(reinstall-not-installed)',
    ]);
    assert.deepEqual(await codes('msiexec /i another.msi REINSTALL=ALL', 'none'), ['(other-package)']);
    assert.deepEqual(await codes('setup.exe /reinstall', 'none'), []);
  });
});

describe('a program over a package', () => {
  const derived = async () => (await deriveSoftware(product, 'tool.msi')).program;
  const judge = async (more: Partial<ProgramDefinition>, about: Product = product) => {
    const { reasons, cautions } = await loopProof({ ...(await derived()), ...more }, about, 'tool.msi');
    return [...reasons.map(({ code }) => code), ...cautions.map(({ code }) => `(${code})`)];
  };

  it('that is derived from it stands', async () => {
    assert.deepEqual(await judge({}), []);
  });

  it('is warned about where detection cannot tell that the product is gone', async () => {
    const detection = [{ kind: 'file', path: 'C:\\Program Files\\Maker\\Tool\\tool.exe' }] as const;
    assert.deepEqual(await judge({ detection: [...detection] }), ['(repair-after-removal)']);
  });

  it('is refused where its lines change nothing', async () => {
    const { repair: _, ...program } = await derived();
    const install = 'msiexec /i "{content}\\tool.msi" REINSTALL=ALL';
    const { changesNothing, reasons } = await loopProof({ ...program, install }, product, 'tool.msi');
    assert.deepEqual([changesNothing, reasons[0]?.code], [true, 'reinstall-not-installed']);
    assert.ok(
      (await judge({ repair: 'msiexec /i tool.msi REINSTALL=None' })).includes('reinstall-feature-unknown'),
    );
    assert.ok((await judge({ uninstall: `msiexec /x ${other}` })).includes('product-not-installed'));
  });

  it('is refused where detection asks for what the package does not bring', async () => {
    const path = 'C:\\Program Files\\Maker\\Tool\\tool.exe';
    const file = (rule: object) => [{ kind: 'file', path, ...rule }] as ProgramDefinition['detection'];
    const first = async (detection: ProgramDefinition['detection'], more = {}) =>
      (await judge({ detection, ...more }))[0];
    assert.equal(await first([{ kind: 'msi', productCode: other }]), 'detection-other-product');
    assert.equal(
      await first([{ kind: 'msi', productCode, minimumVersion: '1.2.4' }]),
      'detection-newer-version',
    );
    assert.equal(await first(file({ minimumVersion: '1.2.3.5' })), 'detection-newer-version');
    assert.equal(
      await first(file({ path: 'C:\\Program Files (x86)\\Maker\\Tool\\tool.exe' })),
      'detection-file-unknown',
    );
    assert.equal(
      await first(file({ path: 'C:\\Program Files\\Maker\\Tool\\doc\\other.txt' })),
      'detection-file-not-installed',
    );
    assert.equal(await first(file({ path: path.toUpperCase() })), '(repair-after-removal)');
    const install = 'msiexec /i "{content}\\tool.msi" INSTALLDIR=C:\\Tools';
    assert.equal(await first(file({}), { install }), 'detection-file-unknown');
    assert.equal(await first(file({ path: 'C:\\Tools\\tool.exe' }), { install }), '(repair-after-removal)');
  });

  it('is only warned about where a custom action may bring the file', async () => {
    const { product: acting } = await builtProduct(
      toolDescription({
        productCode,
        customActions: [{ id: 'Run', command: 'cmd /c echo x', when: 'deferred', before: 'InstallFinalize' }],
      }),
    );
    const detection = [{ kind: 'file', path: 'C:\\made.txt' }] as const;
    assert.deepEqual(await judge({ detection: [...detection] }, acting), [
      '(repair-after-removal)',
      '(detection-file-unknown)',
    ]);
  });
});
