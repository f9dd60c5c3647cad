/** The registry of a root, changed: in memory and in the files that Wine keeps it in. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Disk } from '@holdfast/ports';
import { rejectsWith } from '@holdfast/ports/suites';
import fc from 'fast-check';
import type { RegistryChange } from '../src/host/model.ts';
import { dataOf, type RegistryData } from '../src/root/data.ts';
import { emptyHive, type Hive } from '../src/root/hive.ts';
import { createKey, removeKey, removeValue, setValue } from '../src/root/hive-changes.ts';
import { recallHive } from '../src/root/hive-memory.ts';
import { readHive } from '../src/root/hive-reader.ts';
import { hiveText } from '../src/root/hive-writer.ts';
import type { RegistryPlace } from '../src/root/registry.ts';
import { bytesSource } from '../src/source.ts';
import { worlds } from './support/hosts.ts';

const machine64 = (key: string): RegistryPlace => ({ hive: 'HKLM', key, view: '64' });
const text = (value: string): RegistryData => ({ kind: 'text', text: value });
const set = (place: RegistryPlace, name: string, data: RegistryData): RegistryChange => ({
  kind: 'set',
  place,
  name,
  data,
});

const everyType: readonly RegistryData[] = [
  text('plain'),
  text('quotes " and \\ and [brackets] é \u{1f4be} \u0001 \n \0inside'),
  { kind: 'expandable', text: '%TEMP%\\x' },
  { kind: 'texts', texts: ['one', '', 'two'] },
  { kind: 'texts', texts: [] },
  { kind: 'number', number: 0xffff_ffff },
  { kind: 'wide-number', number: 0xffff_ffff_ffff_ffffn },
  { kind: 'bytes', type: 3, bytes: Uint8Array.from({ length: 200 }, (_, index) => index) },
  { kind: 'bytes', type: 0, bytes: new Uint8Array(0) },
  { kind: 'bytes', type: 8, bytes: Uint8Array.of(1, 2) },
];

function written(hive: Hive): Buffer {
  return Buffer.concat([...hiveText(hive)]);
}

/** All that a hive says, to be compared. */
function said(hive: Hive): unknown {
  return [...hive.nodes].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, node]) => [path, node]);
}

describe('the text of a hive', () => {
  it('is read and written again byte for byte, what no text says too', async () => {
    const before = Buffer.from(
      [
        'WINE REGISTRY Version 2',
        ';; All keys relative to REGISTRY\\\\Machine',
        '',
        '#arch=win64',
        '',
        '[Software\\\\A\\x20acb \\[x\\]] 1795337418',
        '#time=1dd7a5e80378f9c',
        '#class="a class"',
        '@="default \\"quoted\\""',
        '"Bell"="\\a\\x20ac\\x00e9a\\0011\\0end"',
        '"Cut"=hex(1):61',
        '"List"=str(7):"one\\0two\\0"',
        '"Loose list"=str(7):"one\\0two"',
        '"No end"=hex(1):61,00',
        '"Nothing"=hex(2):',
        '"Wide"=hex(b):01,00,00,00,00,00,00,80',
        '',
        '[System\\\\Link] 1795337418',
        '#time=1dd7a5e80378f9c',
        '#link',
        '"SymbolicLinkValue"=hex(6):5c,00,52,00,65,00,67,00,69,00,73,00,74,00,72,00,79,\\',
        '  00,5c,00,4d,00,61,00,63,00,68,00,69,00,6e,00,65,00,5c,00,53,00',
        '',
      ].join('\n'),
      'latin1',
    );
    const hive = await readHive(bytesSource(before), 'system.reg');
    assert.equal(written(hive).toString('latin1'), before.toString('latin1'));
  });

  it('is the same hive whether its file was read before, in part, or never', async () => {
    const names = ['a', 'b', 'B\\c', 'b\\C\\d', 'E\\f', 'e\\F\\g'];
    const step = fc.record({
      key: fc.constantFrom(...names),
      name: fc.constantFrom('', 'x', 'X', 'y'),
      number: fc.integer({ min: 0, max: 3 }),
      now: fc.bigInt({ min: 130_000_000_000_000_000n, max: 130_000_000_000_000_003n }),
      gone: fc.boolean(),
    });
    const facts = (hive: Hive) =>
      [...hive.nodes].map(([path, { values, keys, isLink, modified, options }]) => ({
        path,
        ...{ values, keys, isLink, modified, options },
        name: hive.key(path)?.path,
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const hive = emptyHive({ architecture: 'x86', mount: 'REGISTRY\\Machine' });
        for (const { key, name, number, now, gone } of steps) {
          if (gone) removeKey(hive, key, now);
          else setValue(hive, key, { name, data: { kind: 'number', number } }, now);
          const file = written(hive);
          const recalled = await recallHive(file, 'system.reg');
          const read = await readHive(bytesSource(file), 'system.reg');
          assert.deepEqual(facts(recalled), facts(read));
          assert.deepEqual(written(recalled), file);
          // What is changed in one that was recalled is not seen by who recalls the same file.
          setValue(recalled, key, { name: 'other', data: { kind: 'number', number: 9 } }, now);
          removeKey(recalled, 'E', now);
          const again = await recallHive(file, 'system.reg');
          assert.deepEqual(facts(again), facts(read));
          assert.deepEqual(written(again), file);
        }
      }),
    );
  });

  it('keeps any value of any type', async () => {
    const name = fc.string({ unit: 'binary', maxLength: 20 }).map((one) => one.toLowerCase());
    const bytes = fc.uint8Array({ maxLength: 90 });
    const type = fc.integer({ min: 0, max: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, type, bytes), { maxLength: 8 }), async (values) => {
        const hive = emptyHive({ architecture: 'x64', mount: 'REGISTRY\\Machine' });
        for (const [valueName, valueType, content] of values) {
          setValue(
            hive,
            'Software\\[key]',
            { name: valueName, data: dataOf(valueType, content) },
            130_000_000_000_000_000n,
          );
        }
        const again = await readHive(bytesSource(written(hive)), 'system.reg');
        for (const [folded, value] of hive.key('software\\[KEY]')?.values ?? []) {
          assert.deepEqual(again.key('software\\[key]')?.values.get(folded)?.data, value.data);
        }
        assert.deepEqual(written(again), written(hive));
      }),
      { numRuns: 200 },
    );
  });

  it('changes are taken back exactly', async () => {
    const names = ['a', 'b', 'B\\c', 'b\\C\\d', 'E\\f'];
    const step = fc.record({
      kind: fc.constantFrom('set', 'remove-value', 'create-key', 'remove-key'),
      key: fc.constantFrom(...names),
      name: fc.constantFrom('', 'x', 'X', 'y'),
      number: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 20 }), (first, then) => {
        const hive = emptyHive({ architecture: 'x64', mount: 'x' });
        const run = ({ kind, key, name, number }: (typeof first)[number], now: bigint) => {
          if (kind === 'set') return setValue(hive, key, { name, data: { kind: 'number', number } }, now);
          if (kind === 'create-key') return createKey(hive, key, now);
          if (kind === 'remove-key') return removeKey(hive, key, now);
          return removeValue(hive, key, name, now);
        };
        for (const one of first) run(one, 1n);
        const before = structuredClone(said(hive));
        const back = then.map((one) => run(one, 2n));
        for (const one of back.toReversed()) one?.();
        assert.deepEqual(said(hive), before);
      }),
    );
  });
});

for (const [world, make] of Object.entries(worlds)) {
  describe(`the registry of a root on ${world}`, () => {
    it('is there after it was opened again, every type of value', async (test) => {
      const root = await make(test);
      const { registry } = await root.open();
      const at = machine64('Software\\Sample\\Types');
      await registry.apply(everyType.map((data, index) => set(at, `value ${index}`, data)));
      const again = (await root.open()).registry;
      everyType.forEach((data, index) => {
        assert.deepEqual(again.value(at, `VALUE ${index}`), registry.value(at, `value ${index}`));
        assert.equal(again.value(at, `value ${index}`)?.kind, data.kind);
      });
    });

    it('writes only hives that changed', async (test) => {
      const root = await make(test);
      const { registry } = await root.open();
      const folder = await root.disk.open(root.path);
      const size = async (name: string) => (await folder.entry(name))?.size;
      const before = [await size('user.reg'), await size('userdef.reg')];
      await registry.apply([set(machine64('Software\\X'), '', text('x'))]);
      assert.deepEqual([await size('user.reg'), await size('userdef.reg')], before);
      const system = await size('system.reg');
      await registry.apply([set({ hive: 'HKCU', key: 'Software\\X', view: '64' }, '', text('x'))]);
      assert.notEqual(await size('user.reg'), before[0]);
      await registry.apply([set({ hive: 'HKU', key: '.DEFAULT\\X', view: '64' }, '', text('x'))]);
      assert.notEqual(await size('userdef.reg'), before[1]);
      assert.equal(await size('system.reg'), system);
      await folder.close();
    });

    it('puts what 32-bit programs write where Windows does', async (test) => {
      const { registry } = await (await make(test)).open();
      const narrow = (hive: RegistryPlace['hive'], key: string): RegistryPlace => ({ hive, key, view: '32' });
      const cases: readonly [RegistryPlace, string][] = [
        [narrow('HKLM', 'Software\\Maker'), 'Software\\Wow6432Node\\Maker'],
        [narrow('HKLM', 'Software\\Policies\\Maker'), 'Software\\Policies\\Maker'],
        [narrow('HKLM', 'Software\\Classes\\.ext'), 'Software\\Classes\\.ext'],
        [narrow('HKCR', '.other'), 'Software\\Classes\\.other'],
        [narrow('HKCR', 'CLSID\\{1}'), 'Software\\Classes\\Wow6432Node\\CLSID\\{1}'],
        [narrow('HKLM', 'System\\X'), 'System\\X'],
      ];
      for (const [place, stored] of cases) {
        const change = set(place, 'v', text(stored));
        assert.deepEqual(registry.physical(change), [{ ...change, place: machine64(stored) }]);
        await registry.apply([change]);
        assert.deepEqual(registry.value(machine64(stored), 'v'), text(stored));
        assert.deepEqual(registry.value(place, 'v'), text(stored));
        await registry.apply([{ kind: 'remove-key', place }]);
        assert.equal(registry.values(machine64(stored)), undefined);
      }
    });

    it('lays the classes of the user over those of the machine', async (test) => {
      const { registry } = await (await make(test)).open();
      const place: RegistryPlace = { hive: 'HKCR', key: '.x', view: '64' };
      await registry.apply([
        set({ hive: 'HKLM', key: 'Software\\Classes\\.x', view: '64' }, '', text('machine')),
      ]);
      await registry.apply([
        set({ hive: 'HKCU', key: 'Software\\Classes\\.x', view: '64' }, '', text('user')),
      ]);
      assert.deepEqual(registry.value(place, ''), text('user'));
      await registry.apply([{ kind: 'remove-key', place }]);
      assert.deepEqual(registry.value(place, ''), text('machine'));
    });

    it('refuses what it cannot have, and then nothing of it is there', async (test) => {
      const root = await make(test);
      const { registry } = await root.open();
      const good = set(machine64('Software\\Good'), 'x', text('x'));
      const other: RegistryPlace = { hive: 'HKU', key: 'S-1-5-21-9-9-9-500\\X', view: '64' };
      await rejectsWith(registry.apply([good, set(other, 'x', text('x'))]), 'root.invalid');
      await rejectsWith(registry.apply([good, { kind: 'remove-key', place: machine64('') }]), 'root.invalid');
      await rejectsWith(
        registry.apply([good, set(machine64('n'.repeat(256)), '', text(''))]),
        'root.invalid',
      );
      assert.equal(registry.values(machine64('Software\\Good')), undefined);
      await registry.apply([good]);
      assert.deepEqual((await root.open()).registry.value(machine64('software\\GOOD'), 'X'), text('x'));
    });

    it('does not write over what another program wrote meanwhile', async (test) => {
      const root = await make(test);
      const [first, second] = [(await root.open()).registry, (await root.open()).registry];
      await first.apply([set(machine64('Software\\First'), '', text('1'))]);
      await rejectsWith(second.apply([set(machine64('Software\\Second'), '', text('2'))]), 'conflict');
      assert.equal(second.values(machine64('Software\\Second')), undefined);
      assert.deepEqual((await root.open()).registry.value(machine64('Software\\First'), ''), text('1'));
    });

    it('takes a change of two hives back from both when one cannot be written', async (test) => {
      const root = await make(test);
      const [first, second] = [(await root.open()).registry, (await root.open()).registry];
      const user: RegistryPlace = { hive: 'HKCU', key: 'Software\\X', view: '64' };
      await first.apply([set(user, '', text('of another'))]);
      const both = [set(machine64('Software\\X'), '', text('x')), set(user, '', text('x'))];
      await rejectsWith(second.apply(both), 'conflict');
      await second.apply([]);
      const { registry } = await root.open();
      assert.equal(registry.values(machine64('Software\\X')), undefined);
      assert.deepEqual(registry.value(user, ''), text('of another'));
    });

    it('leaves no half written file to whoever takes the lock', async (test) => {
      const root = await make(test);
      const folder = await root.disk.open(root.path);
      await (await folder.create('system.reg.new')).close();
      await (await (await root.open()).lock()).release();
      assert.equal(await folder.entry('system.reg.new'), undefined);
      await folder.close();
    });

    it('follows links when it writes', async (test) => {
      const root = await make(test);
      const { registry } = await root.open();
      await registry.apply([
        { kind: 'create-key', place: machine64('System\\ControlSet001\\Control') },
        set(machine64('System\\Linked'), 'SymbolicLinkValue', {
          kind: 'bytes',
          type: 6,
          bytes: Buffer.from('\\Registry\\Machine\\System\\ControlSet001', 'utf16le'),
        }),
      ]);
      await markAsLink(root);
      const again = (await root.open()).registry;
      await again.apply([set(machine64('System\\linked\\Control\\X'), 'v', text('x'))]);
      assert.deepEqual(again.value(machine64('System\\ControlSet001\\Control\\X'), 'v'), text('x'));
    });

    it('keeps the configuration of services', async (test) => {
      const root = await make(test);
      const { services, registry } = await root.open();
      const configuration = {
        name: 'Sample',
        displayName: 'Sample service',
        type: 16,
        start: 2,
        errorControl: 1,
        binaryPath: '"C:\\Program Files\\Sample\\sample.exe" -k',
        loadOrderGroup: 'Group',
        dependencies: ['RpcSs', '+TDI'],
        account: '',
        description: 'What it does',
      };
      await services.put(configuration);
      assert.deepEqual(await (await root.open()).services.get('SAMPLE'), {
        configuration: { ...configuration, name: 'SAMPLE' },
        running: false,
      });
      const at = machine64('System\\CurrentControlSet\\Services\\Sample');
      assert.deepEqual(registry.value(at, 'ObjectName'), text('LocalSystem'));
      const plain = {
        ...configuration,
        loadOrderGroup: '',
        dependencies: [],
        account: '.\\someone',
        description: '',
      };
      await services.put(plain);
      assert.deepEqual((await services.get('Sample'))?.configuration, plain);
      assert.equal(registry.value(at, 'DependOnService'), undefined);
      await services.remove('Sample');
      await services.remove('Sample');
      assert.equal(await services.get('Sample'), undefined);
      await rejectsWith(services.put({ ...plain, name: 'a\\b' }), 'request.invalid');
    });
  });
}

/** Puts the line into the file that no change of a package writes. */
async function markAsLink({ disk, path }: { disk: Disk; path: string }): Promise<void> {
  const folder = await disk.open(path);
  const file = await folder.edit('system.reg');
  const before = Buffer.from(await file.read(0, await file.size())).toString('latin1');
  const after = before.replace('"SymbolicLinkValue"', '#link\n"SymbolicLinkValue"');
  assert.notEqual(after, before);
  await file.write(0, Buffer.from(after, 'latin1'));
  await file.close();
  await folder.close();
}
