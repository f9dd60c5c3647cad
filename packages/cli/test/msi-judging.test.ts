/** `holdfast msi verify`, `detect`, `diff` and `foresee`: what is printed, and which exit code says so. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdfast, temporaryFolder } from './support.ts';

const folder = fileURLToPath(new URL('../../../../shared/corpus/msi/', import.meta.url));
const putty = `${folder}putty-0.68-installer.msi`;
const other = `${folder}msi_with_external_cab.msi`;
const skip = existsSync(putty) ? false : 'the sample packages are not here';
const productCode = '{55717628-7AE6-4BCF-A046-FA2768945E76}';

describe('holdfast msi', { skip }, () => {
  it('verifies: a Windows without the product lacks all of it', async (context) => {
    const { path: root, remove } = await temporaryFolder();
    context.after(remove);
    await mkdir(join(root, 'drive_c'));
    const { code, out } = await holdfast(['msi', 'verify', putty, '--root', root, '--json']);
    assert.equal(code, 1);
    const { registered, differences } = JSON.parse(out);
    assert.equal(registered, undefined);
    const missing = differences.filter(({ kind }: { kind: string }) => kind === 'file-missing');
    assert.equal(missing.length, 10);
    assert.ok(
      missing.every((one: { path: string }) => one.path.startsWith('C:\\Program Files (x86)\\PuTTY\\')),
    );
    const elsewhere = await holdfast(['msi', 'verify', putty, '--root', root, 'INSTALLDIR=C:\\Tools']);
    assert.match(elsewhere.out, /C:\\Tools\\putty\.exe/);
    assert.match(elsewhere.out, /Windows Installer knows nothing of this product\./);
  });

  it('refuses a root that is none, and properties that are none', async (context) => {
    const { path: root, remove } = await temporaryFolder();
    context.after(remove);
    const empty = await holdfast(['msi', 'verify', putty, '--root', root]);
    assert.match(empty.error, /\[root\.invalid\]/);
    const words = await holdfast(['msi', 'verify', putty, '--root', root, 'lower=1']);
    assert.match(words.error, /\[request\.invalid\]/);
    assert.match((await holdfast(['msi', 'verify', putty])).error, /--root DIR/);
  });

  it('detects what an administrator would type in', async () => {
    const { program } = JSON.parse((await holdfast(['msi', 'detect', putty, '--json'])).out);
    assert.deepEqual(program.detection, [
      { kind: 'msi', productCode, minimumVersion: '0.68.0.0' },
      { kind: 'file', path: 'C:\\Program Files (x86)\\PuTTY\\putty.exe', minimumVersion: '0.68.0.0' },
    ]);
    assert.match(
      (await holdfast(['msi', 'detect', putty])).out,
      /^FilesFeature +- +yes +Install PuTTY files$/m,
    );
  });

  it('compares packages: exit code 0 where they are the same, 1 where they are not', async () => {
    const same = await holdfast(['msi', 'diff', putty, putty]);
    assert.deepEqual([same.code, same.out.split('\n')[0]], [0, 'same: The packages say the same.']);
    const { code, out, error } = await holdfast(['msi', 'diff', putty, other, '--tables']);
    assert.deepEqual([code, error], [1, '']);
    assert.match(out, /^another-product: /);
    assert.match(out, /~ version: 0\.68\.0\.0 -> /);
    assert.match(out, /^table Property: /m);
    const document = JSON.parse((await holdfast(['msi', 'diff', putty, other, '--json'])).out);
    assert.equal(document.kind, 'another-product');
  });

  it('foresees what changes nothing: exit code 1 says so', async () => {
    const name = 'putty-0.68-installer.msi';
    const foresee = (installed: string, ...line: readonly string[]) =>
      holdfast(['msi', 'foresee', putty, '--installed', installed, '--', ...line]);
    const vain = await foresee('none', 'msiexec', '/i', name, 'REINSTALL=ALL', '/qn');
    assert.deepEqual([vain.code, vain.error], [1, '']);
    assert.match(vain.out, /reinstall-not-installed/);
    assert.equal((await foresee(`${productCode},0.68.0.0`, `msiexec /i ${name} REINSTALL=ALL`)).code, 0);
    assert.equal((await foresee('none', 'msiexec', '/i', name, 'INSTALLDIR=C:\\a b')).code, 0);
    assert.match((await foresee('some', 'msiexec')).error, /\[request\.invalid\]/);
  });
});
