/** A root that is made, opened, described, and protects files when it is told to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rejectsWith } from '@holdfast/ports/suites';
import { initRoot } from '../src/host/init.ts';
import type { WindowsHost } from '../src/host/model.ts';
import { openHost } from '../src/host/open.ts';
import { openRoot } from '../src/root/root.ts';
import { lonely, realRoot, simulatedRoot, testClock, testEntropy, worlds } from './support/hosts.ts';

const options = { clock: testClock(), entropy: testEntropy(), installer: lonely };

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function textOf({ files }: WindowsHost, path: string): Promise<string | undefined> {
  return files.read(path, async (source) => Buffer.from(await source.read(0, source.size)).toString());
}

for (const [world, make] of Object.entries(worlds)) {
  describe(`a root on ${world}`, () => {
    it('that was made is described by its own registry', async (test) => {
      const { machine, files } = await (await make(test)).open();
      assert.equal(machine.architecture, 'x64');
      assert.equal(machine.windows, '10.0');
      for (const path of [...machine.folders.values(), ...machine.userFolders.values()]) {
        assert.equal((await files.stat(path))?.kind, 'folder', path);
      }
      const { registry } = await (await make(test)).open();
      assert.deepEqual(
        registry.value(
          { hive: 'HKLM', key: 'Software\\Microsoft\\Windows\\CurrentVersion', view: '64' },
          'ProgramFilesDir',
        ),
        { kind: 'text', text: 'C:\\Program Files' },
      );
    });

    it('that lacks its registry gets it with the first change', async (test) => {
      const { disk, path } = await make(test);
      const folder = await disk.open(path);
      for (const name of ['system.reg', 'user.reg', 'userdef.reg']) await folder.remove(name);
      const place = { hive: 'HKLM', key: 'Software\\X', view: '32' } as const;
      const host = await openHost(disk, path, options);
      await host.registry.apply([{ kind: 'set', place, name: '', data: { kind: 'text', text: 'x' } }]);
      assert.ok(await folder.entry('system.reg'));
      assert.equal(await folder.entry('user.reg'), undefined);
      await folder.close();
      const root = await openRoot(disk, path);
      assert.equal(root.architecture, 'x64');
      assert.deepEqual(root.registry.value({ ...place, key: 'Software\\Wow6432Node\\X', view: '64' }, ''), {
        kind: 'text',
        text: 'x',
      });
    });

    it('protects the files that it was told to', async (test) => {
      const root = await make(test);
      const path = 'C:\\Windows\\System32\\Msvcp60.dll';
      const cache = 'C:\\Windows\\System32\\dllcache';
      const protect = { list: [path], cache };
      const host = await root.open({ protect });
      assert.equal(await host.protection.isProtected(path.toUpperCase()), true);
      assert.equal(await host.protection.isProtected('C:\\other.dll'), false);
      assert.equal(await host.protection.install([path]), 2);
      await host.files.createFolder(cache);
      await host.files.stage(`${cache}\\MSVCP60.DLL`, bytes('genuine'), 7, 1_000_000_000_000);
      await host.files.stage(path, bytes('broken'), 6);
      const early = await root.open({ protect: { ...protect, ready: false } });
      assert.equal(await early.protection.install([path]), 21);
      assert.equal(await textOf(host, path), 'broken');
      assert.equal(await host.protection.install([path]), 0);
      assert.equal(await textOf(host, path), 'genuine');
      assert.equal((await host.files.times(path))?.modified, 1_000_000_000_000);
      assert.equal(await (await root.open()).protection.isProtected(path), false);
    });
  });
}

describe('opening a root', () => {
  it('is refused where there is none, and making one where something is', async (test) => {
    const { disk, path } = await realRoot(test);
    await rejectsWith(openHost(disk, `${path}/drive_c`, options), 'root.invalid');
    await rejectsWith(openHost(disk, `${path}-missing`, options), 'root.invalid');
    const ports = { disk, clock: testClock() };
    await rejectsWith(initRoot(ports, path, { architecture: 'x86', windows: '5.1' }), 'disk.exists');
  });

  it('tells every version of Windows that one can be made as', async () => {
    const { machine } = await simulatedRoot();
    const { disk, clock } = machine.ports('maker');
    for (const windows of ['5.0', '5.1', '5.2', '6.0', '6.1', '6.2', '6.3', '10.0'] as const) {
      for (const architecture of ['x86', 'x64'] as const) {
        const path = `/base/${architecture}-${windows}`;
        await initRoot({ disk, clock }, path, {
          architecture,
          windows,
          server: windows === '5.2',
          computer: 'BOX',
        });
        const host = await openHost(disk, path, options);
        assert.deepEqual([host.machine.windows, host.machine.architecture], [windows, architecture]);
        assert.equal(host.machine.properties.get('MsiNTProductType'), windows === '5.2' ? '3' : '1');
        assert.equal(host.machine.properties.get('ComputerName'), 'BOX');
        const folder = windows === '5.0' ? 'C:\\WINNT\\' : 'C:\\Windows\\';
        assert.equal(host.machine.folders.get('WindowsFolder'), folder);
      }
    }
  });
});
