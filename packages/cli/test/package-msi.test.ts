/** `holdfast package add` with Windows Installer packages: the site says what they are, and refuses what they are not. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InstallerDescription, type PackageDetail } from '@holdfast/contract';
import { productCode, smallPackage } from '@holdfast/site/test/packages';
import { Value } from 'typebox/value';
import { startTestSite, type TestSite } from './support.ts';

const putty = fileURLToPath(
  new URL('../../../../shared/corpus/msi/putty-0.68-installer.msi', import.meta.url),
);
const skip = existsSync(putty) ? false : `needs ${putty}`;

let site: TestSite;
before(async () => {
  site = await startTestSite();
});
after(() => site.close());

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(site.folder, name);
  await writeFile(path, bytes);
  return path;
}

test('an .msi needs nothing but its path', async () => {
  const path = await fileOf('greeter.msi', await smallPackage());
  const { code, out, error } = await site.run(['package', 'add', path]);
  assert.equal(code, 0, error);
  assert.match(out, /^package +Greeter 1\.2\.3$/m);
  assert.match(out, /^product code +\{6C2B4B1E-/m);
  assert.match(out, /^not installed +Extra/m);
  assert.match(out, /^repair +msiexec \/I "\{content\}\\greeter\.msi" .*REINSTALLMODE=vmeus REINSTALL=ALL/m);
  assert.match(out, /^note +Windows Installer is asked/m);
});

test('what the options say goes before what the package says', async () => {
  const path = await fileOf('again.msi', await smallPackage({ properties: { ProductVersion: '2.0.0' } }));
  const answer = (await site.json(
    'package',
    'add',
    path,
    '--name',
    'Hello',
    '--no-program',
  )) as PackageDetail & {
    installer: unknown;
  };
  const { name, version, publisher, programList } = answer;
  assert.deepEqual({ name, version, publisher }, { name: 'Hello', version: '2.0.0', publisher: 'Holdfast' });
  assert.deepEqual(programList, []);
  assert.ok(Value.Check(InstallerDescription, answer.installer));
});

test('a folder with one .msi in it is named after it, and the commands find it there', async () => {
  const folder = join(site.folder, 'sources');
  await mkdir(join(folder, 'setup'), { recursive: true });
  await writeFile(join(folder, 'readme.txt'), 'read me');
  await writeFile(join(folder, 'setup', 'greeter.msi'), await smallPackage());
  const { code, out, error } = await site.run(['package', 'add', folder, '--version', 'three']);
  assert.equal(code, 0, error);
  assert.match(out, /^package +Greeter three$/m);
  assert.match(out, /^install +msiexec \/i "\{content\}\\setup\\greeter\.msi"/m);
});

test('a damaged .msi is refused with its code and remedy, and makes no package', async () => {
  const path = await fileOf('broken.msi', Buffer.from('not really'));
  const { code, error } = await site.run(['package', 'add', path]);
  assert.equal(code, 1);
  assert.match(error, /\[msi\.invalid\]\n +Take the package anew from its maker/);
  const named = await site.run(['package', 'add', path, '--name', 'broken', '--version', '1', '--json']);
  assert.equal(JSON.parse(named.error).error.code, 'msi.invalid');
  assert.match(JSON.stringify(await site.json('package', 'list', '--search', 'broken')), /"total":0/);
});

test('a program that could run for ever is refused with its reason', async () => {
  const path = await fileOf('loop.msi', await smallPackage({ properties: { ProductName: 'Looper' } }));
  await site.json('package', 'add', path);
  const line = 'msiexec /i "{content}\\loop.msi" /qn REINSTALL=ALL REINSTALLMODE=vomus';
  const words = ['--name', 'again', '--platform', 'windows', '--install', line, '--detect-msi', productCode];
  const { code, error } = await site.run(['program', 'add', 'Looper', ...words]);
  assert.equal(code, 1);
  assert.match(error, /REINSTALL takes only features that are installed.* \[program\.changes-nothing\]/);
});

test('PuTTY goes from its file to a program with nothing typed in', { skip }, async () => {
  const answer = (await site.json('package', 'add', putty)) as PackageDetail & {
    installer: InstallerDescription;
  };
  assert.deepEqual(
    [answer.name, answer.version, answer.publisher],
    ['PuTTY release 0.68', '0.68.0.0', 'Simon Tatham'],
  );
  assert.equal(answer.installer.upgradeCode, '{DCE70C63-8808-4646-B16B-A677BD298385}');
  assert.deepEqual(answer.programList[0]?.detection, [
    { kind: 'msi', productCode: '{55717628-7AE6-4BCF-A046-FA2768945E76}', minimumVersion: '0.68.0.0' },
    { kind: 'file', path: 'C:\\Program Files (x86)\\PuTTY\\putty.exe', minimumVersion: '0.68.0.0' },
  ]);
  assert.notEqual(answer.installer.productCode, productCode);
});
