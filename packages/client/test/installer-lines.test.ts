/** The command lines that installers are asked with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installLine, type LinePlaces, removeLine, repairProperties } from '../src/installer/lines.ts';

const linux: LinePlaces = { folder: '/state', log: '/state/x.log' };
const windows: LinePlaces = { folder: 'C:\\State', log: 'C:\\State\\x y.log' };

test('packages of Linux go through their own program, over whatever is there', () => {
  assert.deepEqual(installLine('deb', '/state/a.deb', linux, ['IGNORED=1']), {
    program: 'dpkg',
    arguments: ['--install', '/state/a.deb'],
    folder: '/state',
  });
  assert.deepEqual(installLine('rpm', '/state/a.rpm', linux, []).arguments, [
    '--upgrade',
    '--replacepkgs',
    '--replacefiles',
    '/state/a.rpm',
  ]);
  assert.deepEqual(removeLine('deb', '', linux).arguments, ['--remove', 'holdfast-client']);
  assert.deepEqual(removeLine('rpm', '', linux).arguments, ['--erase', 'holdfast-client']);
});

test('msiexec gets one text, its paths in quotes: the published repair, an installation, a removal', () => {
  assert.equal(
    installLine('msi', 'C:\\State\\a b.msi', windows, repairProperties).arguments,
    '/i "C:\\State\\a b.msi" REINSTALLMODE=vmeus REINSTALL=ALL /qn /norestart /L*v "C:\\State\\x y.log"',
  );
  assert.equal(
    removeLine('msi', '{CODE}', windows).arguments,
    '/x {CODE} /qn /norestart /L*v "C:\\State\\x y.log"',
  );
});
