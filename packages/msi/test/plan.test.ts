/** Plans for built packages on a root in a folder: first installation, repair, removal, upgrade, refusals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../src/plan/model.ts';
import { decisionOf, freshSite, product } from './support/planned.ts';

const folder = 'C:\\Program Files\\Sample';

function kinds({ operations }: Plan, action: string): readonly string[] {
  return operations.filter((one) => one.action === action).map(({ kind }) => kind);
}

function paths({ operations }: Plan, kind: 'place-file' | 'remove-file'): readonly string[] {
  return operations.flatMap((one) => (one.kind === kind ? one.path : []));
}

const rich = {
  files: [{ source: 'one.txt' }, { source: 'doc/two.txt', folder: 'doc' }],
  registry: [
    { root: 'HKLM', key: 'Software\\Maker\\Sample', name: 'Folder', value: '[INSTALLDIR]' },
    { root: 'HKCU', key: 'Software\\Maker\\Sample', name: 'User', value: 'me' },
  ],
  shortcuts: [{ name: 'Sample', file: 'one.txt', folder: 'ProgramMenuFolder/Maker' }],
  environment: [{ name: 'PATH', value: '[INSTALLDIR]', merge: 'append' }],
  ini: [{ file: 'sample.ini', folder: 'INSTALLDIR', section: 'main', key: 'a', value: '1' }],
};

test('a first installation is planned without changing anything, every operation with its reason', async (t) => {
  const site = await freshSite(t);
  const built = await product(rich);
  const plan = await site.plan('/i sample.msi', built);
  assert.equal(plan.refusal, undefined);
  assert.deepEqual(
    plan.decisions.map((one) => [one.path, one.do, one.rule]),
    [
      [`${folder}\\one.txt`, 'install', 'missing'],
      [`${folder}\\doc\\two.txt`, 'install', 'missing'],
    ],
  );
  assert.ok(plan.operations.every(({ reason, action }) => reason.length > 3 && action !== ''));
  assert.deepEqual(kinds(plan, 'CreateShortcuts'), ['create-folder', 'place-file']);
  assert.equal(await site.host.files.stat(folder), undefined);
  assert.deepEqual(await site.plan('/i sample.msi', built), plan);
});

test('what is installed plans nothing: neither again, nor by a repair that is made twice', async (t) => {
  const site = await freshSite(t);
  const built = await product(rich);
  await site.run('/i sample.msi', built);
  assert.deepEqual((await site.plan('/i sample.msi', built)).operations, []);
  assert.deepEqual((await site.plan('/i sample.msi REINSTALL=ALL REINSTALLMODE=omus', built)).operations, []);
  await site.write(`${folder}\\one.txt`, 'damaged');
  const repair = await site.run('/i sample.msi REINSTALL=ALL REINSTALLMODE=omus', built);
  assert.deepEqual(paths(repair, 'place-file'), [`${folder}\\one.txt`]);
  assert.equal(decisionOf(repair, 'one.txt')?.rule, 'hash-different');
  assert.deepEqual((await site.plan('/fomus sample.msi', built)).operations, []);
});

test('an action of the package before the costing may have every file replaced', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    ...rich,
    customActions: [
      {
        id: 'EveryFile',
        property: 'REINSTALLMODE',
        value: '[REINSTALLMODE]a',
        before: 'CostInitialize',
        condition: 'REINSTALL AND NOT REINSTALLMODE ~>< "a"',
      },
    ],
  });
  await site.run('/i sample.msi', built);
  const plan = await site.plan('/i sample.msi REINSTALL=ALL REINSTALLMODE=vmeus', built);
  assert.deepEqual(
    plan.decisions.map((one) => [one.do, one.rule]),
    [
      ['replace', 'forced'],
      ['replace', 'forced'],
    ],
  );
});

test('what was taken away is brought back: a file, a value, a shortcut', async (t) => {
  const site = await freshSite(t);
  const built = await product(rich);
  await site.run('/i sample.msi', built);
  const menu = 'C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Maker\\Sample.lnk';
  await site.host.files.remove(menu);
  await site.host.files.remove(`${folder}\\doc\\two.txt`);
  const place = { hive: 'HKLM', key: 'Software\\Maker\\Sample', view: '64' } as const;
  await site.host.registry.apply([{ kind: 'remove-value', place, name: 'Folder' }]);
  const repair = await site.run('/i sample.msi REINSTALL=ALL REINSTALLMODE=omus', built);
  assert.deepEqual(paths(repair, 'place-file'), [`${folder}\\doc\\two.txt`, menu]);
  assert.deepEqual(site.host.registry.value(place, 'folder'), { kind: 'text', text: `${folder}\\` });
  assert.equal(repair.operations.length, 3);
});

test('letters m, u and s say what a repair writes besides files', async (t) => {
  const site = await freshSite(t);
  const built = await product(rich);
  await site.run('/i sample.msi', built);
  for (const hive of ['HKLM', 'HKCU'] as const) {
    const place = { hive, key: 'Software\\Maker\\Sample', view: '64' } as const;
    await site.host.registry.apply([{ kind: 'remove-key', place }]);
  }
  const counted = async (mode: string) =>
    kinds(await site.plan(`/i sample.msi REINSTALL=ALL REINSTALLMODE=${mode}`, built), 'WriteRegistryValues')
      .length;
  assert.deepEqual(
    [await counted('o'), await counted('om'), await counted('ou'), await counted('omus')],
    [0, 1, 1, 2],
  );
});

test('a removal leaves nothing of the product, and a second one is refused with 1605', async (t) => {
  const site = await freshSite(t);
  const built = await product(rich);
  const before = site.host.registry.value(
    { hive: 'HKLM', key: 'System\\CurrentControlSet\\Control\\Session Manager\\Environment', view: '64' },
    'PATH',
  );
  await site.run('/i sample.msi', built);
  const removal = await site.run('/x sample.msi', built);
  assert.deepEqual(
    removal.decisions.map((one) => one.do),
    ['remove', 'remove'],
  );
  assert.equal(await site.host.files.stat(folder), undefined);
  assert.equal(
    await site.host.files.stat('C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Maker'),
    undefined,
  );
  assert.deepEqual(await site.host.files.list('C:\\Windows\\Installer'), []);
  assert.equal(site.host.registry.values({ hive: 'HKLM', key: 'Software\\Maker', view: '64' }), undefined);
  assert.deepEqual(
    site.host.registry.value(
      { hive: 'HKLM', key: 'System\\CurrentControlSet\\Control\\Session Manager\\Environment', view: '64' },
      'PATH',
    ),
    before,
  );
  assert.equal((await site.plan('/x sample.msi', built)).refusal?.exitCode, 1605);
});

test('REINSTALL=ALL of what is not installed does nothing', async (t) => {
  const site = await freshSite(t);
  const plan = await site.plan('/i sample.msi REINSTALL=ALL REINSTALLMODE=vmeus', await product(rich));
  assert.deepEqual([plan.refusal, plan.operations], [undefined, []]);
});

test('features come and go by name, and with their parents', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    features: [{ id: 'Main' }, { id: 'Extra', parent: 'Main', level: 100 }],
    files: [{ source: 'main.txt' }, { source: 'extra.txt', feature: 'Extra' }],
  });
  const first = await site.run('/i sample.msi', built);
  assert.deepEqual(paths(first, 'place-file').slice(0, 1), [`${folder}\\main.txt`]);
  assert.equal(decisionOf(first, 'extra.txt'), undefined);
  const more = await site.run('/i sample.msi ADDLOCAL=Extra', built);
  assert.deepEqual(paths(more, 'place-file'), [`${folder}\\extra.txt`]);
  const less = await site.run('/i sample.msi REMOVE=Extra', built);
  assert.deepEqual(paths(less, 'remove-file'), [`${folder}\\extra.txt`]);
  assert.match(
    (await site.plan('/i sample.msi ADDLOCAL=extra', built)).refusal?.message ?? '',
    /case-sensitive/,
  );
  const all = await site.plan('/i sample.msi REMOVE=Main', built);
  assert.equal(all.properties.get('REMOVE'), 'ALL');
});

test('a component that another product has, too, stays when one of them goes', async (t) => {
  const site = await freshSite(t);
  const shared = {
    id: 'Shared',
    guid: '{7B1C6E5F-2F43-4F8E-9C6F-0C5F3A1B2D4E}',
    files: [{ source: 'shared.txt' }],
  };
  const one = await product({ components: [shared], files: [{ source: 'one.txt' }] });
  const upgradeCode = '{6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3C}';
  const two = await product({ name: 'Other', upgradeCode, components: [shared] });
  await site.run('/i one.msi', one);
  await site.run('/i two.msi', two);
  const removal = await site.run('/x one.msi', one);
  assert.deepEqual(paths(removal, 'remove-file').slice(0, 1), [`${folder}\\one.txt`]);
  assert.match(decisionOf(removal, 'shared.txt')?.reason ?? '', /shared with/);
  assert.equal(await site.text(`${folder}\\shared.txt`), 'content of shared.txt');
  await site.run('/x two.msi', two);
  assert.equal(await site.host.files.stat(folder), undefined);
});

test('permanent, counted and never overwritten components have their rules', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    components: [
      { id: 'Permanent', permanent: true, files: [{ source: 'permanent.txt' }] },
      { id: 'Counted', sharedCount: true, files: [{ source: 'counted.txt' }] },
      { id: 'Kept', neverOverwrite: true, files: [{ source: 'kept.txt' }] },
    ],
  });
  const counts = {
    hive: 'HKLM',
    key: 'Software\\Microsoft\\Windows\\CurrentVersion\\SharedDLLs',
    view: '64',
  } as const;
  await site.host.registry.apply([
    { kind: 'set', place: counts, name: `${folder}\\counted.txt`, data: { kind: 'number', number: 1 } },
  ]);
  await site.write(`${folder}\\kept.txt`, 'what was there');
  const plan = await site.run('/i sample.msi', built);
  assert.equal(decisionOf(plan, 'kept.txt')?.rule, 'never-overwrite');
  assert.deepEqual(site.host.registry.value(counts, `${folder}\\counted.txt`), { kind: 'number', number: 2 });
  const removal = await site.run('/x sample.msi', built);
  assert.deepEqual(paths(removal, 'remove-file').slice(0, 1), [`${folder}\\kept.txt`]);
  assert.equal(await site.text(`${folder}\\permanent.txt`), 'content of permanent.txt');
  assert.equal(await site.text(`${folder}\\counted.txt`), 'content of counted.txt');
  assert.deepEqual(site.host.registry.value(counts, `${folder}\\counted.txt`), { kind: 'number', number: 1 });
});

test('a condition of a component is looked at again only where it is transitive', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    components: [
      { id: 'Fixed', condition: 'EDITION', files: [{ source: 'fixed.txt' }] },
      { id: 'Moving', condition: 'EDITION', transitive: true, files: [{ source: 'moving.txt' }] },
    ],
  });
  await site.run('/i sample.msi EDITION=1', built);
  const plan = await site.run('/i sample.msi REINSTALL=ALL', built);
  assert.deepEqual(paths(plan, 'remove-file'), [`${folder}\\moving.txt`]);
  assert.equal(await site.text(`${folder}\\fixed.txt`), 'content of fixed.txt');
});

for (const removeAfter of ['InstallValidate', 'InstallInitialize', 'InstallExecute', 'InstallFinalize']) {
  test(`a major upgrade that removes after ${removeAfter} leaves the new product only`, async (t) => {
    const site = await freshSite(t);
    const parts = { files: [{ source: 'same.txt' }], upgrade: { removeAfter } };
    const before = await product({ ...parts, files: [...parts.files, { source: 'old.txt' }] });
    const after = await product({
      ...parts,
      version: '2.0.0',
      files: [...parts.files, { source: 'new.txt' }],
    });
    await site.run('/i before.msi', before);
    const plan = await site.run('/i after.msi', after);
    assert.equal(plan.removes.length, 1);
    assert.ok(plan.operations.some((one) => one.product === plan.removes[0]?.productCode));
    assert.ok(!paths(plan, 'remove-file').includes(`${folder}\\same.txt`));
    assert.deepEqual([...(await site.host.files.list(folder))].sort(), ['new.txt', 'same.txt']);
    assert.equal((await site.host.files.list('C:\\Windows\\Installer')).length, 1);
    assert.deepEqual((await site.plan('/i after.msi REINSTALL=ALL', after)).operations, []);
    assert.match((await site.plan('/i before.msi', before)).refusal?.message ?? '', /newer|later/i);
  });
}

test('launch conditions refuse with 1603 and their message', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    files: [{ source: 'one.txt' }],
    launchConditions: [{ condition: 'LICENSE', message: 'A license is needed for [ProductName].' }],
  });
  const plan = await site.plan('/i sample.msi', built);
  assert.deepEqual(plan.refusal, { exitCode: 1603, message: 'A license is needed for Sample.' });
  assert.deepEqual(plan.operations, []);
  assert.equal((await site.plan('/i sample.msi LICENSE=1', built)).refusal, undefined);
});

test('another package of an installed product is refused with 1638, unless it is re-cached', async (t) => {
  const site = await freshSite(t);
  const productCode = '{11111111-2222-4333-8444-555555555555}';
  const before = await product({ productCode, files: [{ source: 'one.txt' }] });
  const after = await product({
    productCode,
    version: '1.2.4',
    files: [{ source: 'one.txt' }, { source: 'two.txt' }],
  });
  await site.run('/i before.msi', before);
  assert.equal((await site.plan('/i after.msi', after)).refusal?.exitCode, 1638);
  const plan = await site.plan('/i after.msi REINSTALL=ALL REINSTALLMODE=vomus', after);
  assert.equal(plan.refusal, undefined);
  assert.equal(decisionOf(plan, 'two.txt')?.do, 'install');
});

test('searches find values and files, and what they find is what conditions see', async (t) => {
  const site = await freshSite(t);
  const place = { hive: 'HKLM', key: 'Software\\Maker', view: '64' } as const;
  await site.host.registry.apply([
    { kind: 'set', place, name: 'Build', data: { kind: 'number', number: 7 } },
  ]);
  await site.write('C:\\Windows\\marker.txt', 'here');
  const built = await product({
    files: [{ source: 'one.txt' }],
    searches: [
      { property: 'BUILD', registry: { root: 'HKLM', key: 'Software\\Maker', name: 'Build' } },
      { property: 'MARKER', file: { folder: '[WindowsFolder]', name: 'marker.txt' } },
      { property: 'NOTHING', file: { folder: '[WindowsFolder]', name: 'nothing.txt' } },
    ],
  });
  const { properties } = await site.plan('/i sample.msi', built);
  assert.equal(properties.get('BUILD'), '#7');
  assert.match(properties.get('MARKER') ?? '', /^C:\\Windows\\marker\.txt$/i);
  assert.equal(properties.get('NOTHING'), undefined);
});

test('what the system protects is passed over since Vista, and asked for before', async (t) => {
  const file = `${folder}\\one.txt`;
  const built = await product({ files: [{ source: 'one.txt' }, { source: 'two.txt' }] });
  const modern = await freshSite(t, { protect: { list: [file], cache: 'C:\\Windows\\dllcache' } });
  const plan = await modern.plan('/i sample.msi', built);
  assert.equal(decisionOf(plan, 'one.txt')?.rule, 'protected');
  assert.ok(!plan.operations.some(({ kind }) => kind === 'ask-protection'));
  const old = await freshSite(t, {
    protect: { list: [file], cache: 'C:\\Windows\\dllcache' },
    machine: { windows: '5.1' },
  });
  const asked = (await old.plan('/i sample.msi', built)).operations.find(
    ({ kind }) => kind === 'ask-protection',
  );
  assert.deepEqual(asked?.kind === 'ask-protection' ? asked.paths : [], [file]);
});

test('folders that the machine cannot have are refused before anything is done', async (t) => {
  const site = await freshSite(t);
  const built = await product({ files: [{ source: 'one.txt' }] });
  for (const path of ['D:\\Tools', '\\\\server\\share', 'C:\\a\\..\\..\\b']) {
    const { refusal, operations } = await site.plan(`/i sample.msi INSTALLDIR=${path}`, built);
    assert.deepEqual([refusal?.exitCode, operations], [1603, []], path);
  }
});

test('an administrative installation unpacks every file beside the package, and registers nothing', async (t) => {
  const site = await freshSite(t);
  const built = await product({
    features: [{ id: 'Main' }, { id: 'Extra', level: 100 }],
    files: [{ source: 'one.txt' }, { source: 'two.txt', folder: 'doc', feature: 'Extra' }],
  });
  const plan = await site.run('/a sample.msi TARGETDIR=C:\\Image', built);
  assert.ok(plan.operations.every(({ kind }) => kind === 'place-file' || kind === 'create-folder'));
  assert.ok(paths(plan, 'place-file').includes('C:\\Image\\sample.msi'));
  assert.equal(plan.decisions.length, 2);
});

test('a product is removed with its own package, whatever package is at hand', async (t) => {
  const site = await freshSite(t);
  const productCode = '{11111111-2222-4333-8444-555555555555}';
  const before = await product({ productCode, files: [{ source: 'one.txt' }, { source: 'old.txt' }] });
  const after = await product({ productCode, version: '1.2.4', files: [{ source: 'one.txt' }] });
  await site.run('/i before.msi', before);
  await site.run('/x after.msi', after);
  assert.equal(await site.host.files.stat(folder), undefined);
});

test('an upgrade keeps the service, and lines of a file that both write', async (t) => {
  const site = await freshSite(t);
  const parts = {
    components: [
      {
        id: 'Service',
        files: [{ source: 'server.exe' }],
        services: [{ name: 'SampleServer', start: 'demand', onUninstall: ['delete'] }],
      },
    ],
    ini: [{ file: 'shared.ini', folder: 'WindowsFolder', section: 'main', key: 'a', value: '1' }],
  };
  await site.write('C:\\Windows\\shared.ini', '[main]\r\nmine=1\r\n');
  await site.run('/i one.msi', await product(parts));
  assert.equal(await site.text('C:\\Windows\\shared.ini'), '[main]\r\nmine=1\r\na=1\r\n');
  const after = await product({ ...parts, version: '2.0.0' });
  const plan = await site.run('/i two.msi', after);
  assert.deepEqual(plan.skipped, []);
  assert.equal((await site.host.services.get('SampleServer'))?.configuration.start, 3);
  assert.equal(await site.text('C:\\Windows\\shared.ini'), '[main]\r\nmine=1\r\na=1\r\n');
  await site.run('/x two.msi', after);
  assert.equal(await site.host.services.get('SampleServer'), undefined);
  assert.equal(await site.text('C:\\Windows\\shared.ini'), '[main]\r\nmine=1\r\n');
});
