/** A .deb says by itself how it is installed, and how one tells that it is there and whole. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isHoldfastError, sha256 } from '@holdfast/contract';
import { usesDpkg } from '../src/demo/sample.ts';
import { debianSoftware } from '../src/software/debian.ts';
import { temporaryFolder } from './support.ts';

const skip = (await usesDpkg()) ? false : 'no dpkg here';

async function built(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const tree = join(folder.path, 'tree');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const file = join(folder.path, 'hello_1.2-3_all.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, file], { stdio: 'ignore' });
  return file;
}

const control =
  'Package: hello\nVersion: 1.2-3\nArchitecture: all\nMaintainer: Some One <one@example.org>\nDescription: test\n';

test('name, version, command lines and detection are read from the package', { skip }, async (context) => {
  const file = await built(context, {
    'DEBIAN/control': control,
    'DEBIAN/conffiles': '/etc/hello.conf\n',
    'etc/hello.conf': 'changed by administrators',
    'usr/share/doc/hello/README': 'read',
    'usr/bin/hello': 'run',
  });
  const { name, version, publisher, program } = await debianSoftware(file);
  assert.deepEqual([name, version, publisher], ['hello', '1.2-3', 'Some One']);
  assert.equal(program.install, 'dpkg --root={root} --force-not-root -i "{content}/hello_1.2-3_all.deb"');
  assert.equal(program.uninstall, 'dpkg --root={root} --force-not-root -r hello');
  assert.deepEqual(program.detection, [
    { kind: 'package', manager: 'dpkg', name: 'hello', version: '1.2-3' },
    { kind: 'file', path: '/usr/bin/hello', sha256: sha256('run') },
    { kind: 'file', path: '/usr/share/doc/hello/README', sha256: sha256('read') },
  ]);
});

test('a package of many files keeps within the rules of one detection', { skip }, async (context) => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`opt/many/${index}`, `${index}`]),
  );
  const { program } = await debianSoftware(await built(context, { 'DEBIAN/control': control, ...many }));
  assert.equal(program.detection.length, 32);
});

test('what is no Debian package is refused with its code', { skip }, async (context) => {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const file = join(folder.path, 'broken.deb');
  await writeFile(file, 'not an archive');
  await assert.rejects(debianSoftware(file), (thrown) => isHoldfastError(thrown, 'installer.unsupported'));
});
