/** Files of a root, changed by Windows paths. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rejectsWith } from '@holdfast/ports/suites';
import type { HostFiles } from '../src/host/model.ts';
import { pendingOperations, performRestart } from '../src/host/restart.ts';
import { shortNames } from '../src/root/short-names.ts';
import { worlds } from './support/hosts.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function write(files: HostFiles, path: string, text: string, modified?: number): Promise<void> {
  return files.stage(path, pieces(text), text.length, modified);
}

function textOf(files: HostFiles, path: string): Promise<string | undefined> {
  return files.read(path, async (source) => Buffer.from(await source.read(0, source.size)).toString());
}

for (const [world, make] of Object.entries(worlds)) {
  describe(`files of a root on ${world}`, () => {
    it('have the name that they were given, and are found under it in any case', async (test) => {
      const { files } = await (await make(test)).open();
      await files.createFolder('C:\\Program Files\\Sample');
      await write(files, 'c:\\PROGRAM FILES\\sample\\Read Me.txt', 'hello');
      const found = await files.stat('C:\\program files\\SAMPLE\\read me.TXT');
      assert.deepEqual(found, { path: 'C:\\Program Files\\Sample\\Read Me.txt', kind: 'file', size: 5 });
      assert.deepEqual(await files.list('C:\\PROGRAM FILES\\sample'), ['Read Me.txt']);
      assert.deepEqual(await files.list('C:\\nowhere'), []);
    });

    it('are written over without another name beside them, whatever the case', async (test) => {
      const { files } = await (await make(test)).open();
      await write(files, 'C:\\Windows\\Old.dll', 'old');
      await write(files, 'C:\\new.dll', 'new');
      await files.move('C:\\NEW.dll', 'C:\\windows\\OLD.DLL');
      assert.equal(await textOf(files, 'C:\\Windows\\old.dll'), 'new');
      assert.deepEqual(
        (await files.list('C:\\Windows')).filter((name) => /old/i.test(name)),
        ['Old.dll'],
      );
      assert.equal(await files.stat('C:\\new.dll'), undefined);
      await files.move('C:\\Windows\\Old.dll', 'C:\\Windows\\OLD.DLL');
      assert.equal((await files.stat('C:\\windows\\old.dll'))?.path, 'C:\\windows\\OLD.DLL');
    });

    it('have the time that they were given', async (test) => {
      const { files } = await (await make(test)).open();
      const time = Date.UTC(2001, 8, 9, 1, 46, 40);
      await write(files, 'C:\\dated', 'x', time);
      await files.move('C:\\dated', 'C:\\Windows\\Dated');
      assert.equal((await files.times('C:\\windows\\dated'))?.modified, time);
      assert.equal(await files.times('C:\\windows\\other'), undefined);
    });

    it('are not there when they come with another size than was said', async (test) => {
      const { files } = await (await make(test)).open();
      await rejectsWith(files.stage('C:\\short', pieces('ab', 'c'), 4), 'disk.failed');
      await files.stage('C:\\short', pieces('ab', 'cd'), 4);
      assert.equal(await textOf(files, 'C:\\short'), 'abcd');
    });

    it('are refused where no Windows could have them', async (test) => {
      const { files } = await (await make(test)).open();
      for (const path of ['D:\\x', 'C:\\a\\..\\b', 'relative', 'C:\\stream:x', '\\\\server\\share\\x']) {
        await rejectsWith(write(files, path, 'x'), 'disk.name-invalid');
        await rejectsWith(files.remove(path), 'disk.name-invalid');
        await rejectsWith(files.createFolder(path), 'disk.name-invalid');
      }
      for (const path of ['C:\\aux', 'C:\\a?', 'C:\\dot.'])
        await rejectsWith(write(files, path, 'x'), 'disk.name-invalid');
      await rejectsWith(write(files, 'C:\\missing\\x', 'x'), 'disk.not-found');
      await rejectsWith(files.move('C:\\missing', 'C:\\x'), 'disk.not-found');
    });

    it('and folders are removed once, and asked for again they are gone', async (test) => {
      const { files } = await (await make(test)).open();
      await files.createFolder('C:\\Made');
      await files.createFolder('C:\\MADE');
      await write(files, 'C:\\Made\\file', 'x');
      assert.equal(await files.removeFolder('C:\\made'), false);
      await files.remove('C:\\made\\FILE');
      await files.remove('C:\\made\\FILE');
      assert.equal(await files.removeFolder('C:\\made'), true);
      assert.equal(await files.removeFolder('C:\\made'), true);
      assert.equal(await files.removeFolder('C:\\made\\below'), true);
      await files.remove('C:\\made\\below\\file');
      assert.equal(await files.removeFolder('C:\\'), false);
      await write(files, 'C:\\plain', 'x');
      assert.equal(await files.removeFolder('C:\\plain'), false);
    });

    it('have short names that lead to them', async (test) => {
      const { files } = await (await make(test)).open();
      await write(files, 'C:\\Program Files\\A long name.html', 'first');
      await write(files, 'C:\\Program Files\\A long nose.html', 'second');
      const short = await files.shortPath('c:\\program files\\a LONG nose.html');
      assert.equal(short, 'C:\\PROGRA~1\\ALONGN~2.HTM');
      assert.equal(await textOf(files, short), 'second');
      assert.equal(await files.shortPath('C:\\Windows'), 'C:\\windows');
      assert.equal(await files.shortPath('C:\\Not there\\yet one'), 'C:\\NOTTHE~1\\YETONE~1');
    });

    it('are opened as folders for journals', async (test) => {
      const { files } = await (await make(test)).open();
      const folder = await files.open('C:\\WINDOWS');
      assert.ok((await folder.names()).includes('System32'));
      await folder.close();
      await rejectsWith(files.open('C:\\nowhere'), 'disk.not-found');
    });

    it('wait for the next start of the machine, in their order', async (test) => {
      const root = await make(test);
      const host = await root.open();
      await write(host.files, 'C:\\one', 'one');
      await write(host.files, 'C:\\two', 'two');
      await host.files.atRestart('C:\\one', 'C:\\Windows\\kept');
      await host.files.atRestart('C:\\two', 'C:\\windows\\KEPT');
      await host.files.atRestart('C:\\one', undefined);
      await host.files.atRestart('C:\\one', undefined);
      await host.files.atRestart('C:\\missing\\x', 'C:\\y');
      // Asked for again, after what came later: those are files of others.
      await host.files.atRestart('C:\\ONE', undefined);
      await host.files.atRestart('C:\\two', 'C:\\Windows\\kept');
      await host.files.atRestart('C:\\gone', undefined);
      const later = await root.open();
      assert.deepEqual(pendingOperations(later.registry), [
        { from: 'C:\\one', to: 'C:\\Windows\\kept' },
        { from: 'C:\\two', to: 'C:\\windows\\KEPT' },
        { from: 'C:\\one', to: undefined },
        { from: 'C:\\missing\\x', to: 'C:\\y' },
        { from: 'C:\\gone', to: undefined },
      ]);
      assert.deepEqual(await performRestart(later), []);
      assert.equal(await textOf(later.files, 'C:\\Windows\\kept'), 'two');
      assert.equal(await later.files.stat('C:\\one'), undefined);
      assert.deepEqual(pendingOperations((await root.open()).registry), []);
    });
  });
}

describe('short names', () => {
  it('are made as Windows makes them', () => {
    const names = [
      'Program Files',
      'Program Files (x86)',
      'ProgramData',
      'readme.txt',
      'Grüße.txt',
      '.profile',
      'a.b.c',
    ];
    assert.deepEqual(Object.fromEntries(shortNames(names)), {
      'Program Files': 'PROGRA~1',
      'Program Files (x86)': 'PROGRA~2',
      ProgramData: 'PROGRA~3',
      'readme.txt': 'readme.txt',
      'Grüße.txt': 'GR__E~1.TXT',
      '.profile': 'PROFIL~1',
      'a.b.c': 'AB~1.C',
    });
  });

  it('are never given twice', () => {
    const names = [
      'longer name 1',
      'longer name 2',
      'LONGER~1',
      'longer~2',
      ...Array.from({ length: 20 }, (_, i) => `longer n ${i}`),
    ];
    const all = [...shortNames(names).values()].map((name) => name.toUpperCase());
    assert.equal(new Set(all).size, names.length);
    assert.ok(all.every((name) => name.length <= 8));
  });
});
