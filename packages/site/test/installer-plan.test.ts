/** What a command line would do to a described machine, over the API: planned, explained, bounded, and nothing is changed. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  InstallerPlan,
  type InstallerPlanMachine,
  type PackageDetail,
  type PlannedDecision,
} from '@holdfast/contract';
import type { TableData } from '@holdfast/msi';
import { Value } from 'typebox/value';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { productCode, smallPackage, tableOf } from './support/packages.ts';

const corpus = fileURLToPath(new URL('../../../../shared/corpus/msi/', import.meta.url));
const skip = existsSync(corpus) ? false : `needs the sample packages in ${corpus}`;

let site: ConsoleSite;
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

/** Stores an .msi as a package of the site. */
async function packaged(path: string, bytes: Uint8Array): Promise<string> {
  const response = await fetch(`${site.url}/api/v1/content`, {
    method: 'PUT',
    body: Buffer.from(bytes),
    headers: { 'content-type': 'application/octet-stream', 'x-api-key': site.apiKey },
  });
  assert.ok(response.ok);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = [{ path, size: bytes.length, sha256 }];
  const made = await site.call<PackageDetail>('POST', '/packages', { name: path, version: '1', files });
  assert.equal(made.status, 201, made.text);
  return made.body.id;
}

const ask = (id: string, command: string, machine: InstallerPlanMachine) =>
  site.call<InstallerPlan>('POST', `/packages/${id}/installer/plan`, { command, machine });

async function planOf(id: string, command: string, machine: InstallerPlanMachine): Promise<InstallerPlan> {
  const { status, body, text } = await ask(id, command, machine);
  assert.equal(status, 200, text);
  assert.ok(Value.Check(InstallerPlan, body));
  assert.deepEqual(body.totals.byDecision, countsOf(body.decisions.map((one) => one.do)));
  return body;
}

function countsOf(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}

/** Decisions as `do rule`, with the number of files of each. */
const rulesOf = ({ decisions }: InstallerPlan) => countsOf(decisions.map((one) => `${one.do} ${one.rule}`));
const filesThat = ({ decisions }: InstallerPlan, what: PlannedDecision) =>
  decisions.filter((one) => one.do === what).map(({ file }) => file);

const empty = { state: 'empty' } as const;
const installed = { state: 'installed' } as const;

/** The execute sequence of an ordinary package. */
const sequence = (more: TableData['rows'] = []): TableData =>
  tableOf('InstallExecuteSequence', 'Action:s72* Condition:S255 Sequence:I2', [
    ['CostInitialize', null, 800],
    ['FileCost', null, 900],
    ['CostFinalize', null, 1000],
    ['InstallValidate', null, 1400],
    ['InstallInitialize', null, 1500],
    ['ProcessComponents', null, 1600],
    ['StopServices', null, 1900],
    ['DeleteServices', null, 2000],
    ['RemoveRegistryValues', null, 2600],
    ['RemoveFiles', null, 3500],
    ['InstallFiles', null, 4000],
    ['WriteRegistryValues', null, 5000],
    ['InstallServices', null, 5800],
    ['StartServices', null, 5900],
    ['RegisterProduct', null, 6100],
    ['PublishFeatures', null, 6300],
    ['PublishProduct', null, 6400],
    ['InstallFinalize', null, 6600],
    ...more,
  ]);

const ownTables = [
  sequence([['Greet', 'NOT Installed', 4001]]),
  tableOf('Registry', 'Registry:s72* Root:i2 Key:s255 Name:S255 Value:S0 Component_:s72', [
    ['Secret', 2, 'Software\\Greeter', 'Token', '[TOKEN]', 'Program'],
  ]),
  tableOf(
    'ServiceInstall',
    'ServiceInstall:s72* Name:s255 DisplayName:S255 ServiceType:i4 StartType:i4 ErrorControl:i4 LoadOrderGroup:S255 Dependencies:S255 StartName:S255 Password:S255 Arguments:S255 Component_:s72 Description:S255',
    [['Service', 'greeter', 'Greeter', 16, 2, 1, null, null, null, null, null, 'Program', null]],
  ),
  tableOf('ServiceControl', 'ServiceControl:s72* Name:s255 Event:i2 Arguments:S255 Wait:I2 Component_:s72', [
    ['Control', 'greeter', 0x1 | 0x20 | 0x80, null, 1, 'Program'],
  ]),
  tableOf('CustomAction', 'Action:s72* Type:i2 Source:S72 Target:S255', [['Greet', 6, 'Script', null]]),
];

const greeter = (tables: readonly TableData[] = ownTables) =>
  smallPackage({ tables, properties: { MsiHiddenProperties: 'TOKEN' } });

describe('a package of one file', () => {
  const line = 'msiexec /i "{content}\\setup\\greeter.msi" /qn';
  let id: string;
  before(async () => {
    id = await packaged('setup/greeter.msi', await greeter());
  });

  test('its installation is told in the order of the sequence, each step with its reason', async () => {
    const plan = await planOf(id, `${line} TOKEN=opensesame`, empty);
    assert.equal(plan.refusal, null);
    assert.equal(plan.changesNothing, false);
    const actions = plan.actions.map(({ action }) => action);
    const order = [
      'ProcessComponents',
      'InstallFiles',
      'WriteRegistryValues',
      'InstallServices',
      'StartServices',
    ];
    assert.deepEqual(actions.slice(0, order.length), order);
    assert.equal(
      plan.actions.reduce((sum, { operations }) => sum + operations, 0),
      plan.totals.operations,
    );
    assert.ok(plan.operations.every(({ reason }) => reason !== ''));
    assert.deepEqual(filesThat(plan, 'install'), ['greet.exe']);
    assert.deepEqual(plan.folders, [{ path: 'C:\\Program Files (x86)\\Greeter', counts: { install: 1 } }]);
    const services = plan.operations.filter(({ kind }) => kind.endsWith('-service'));
    assert.deepEqual(
      services.map(({ kind, target }) => [kind, target]),
      [
        ['put-service', 'greeter'],
        ['start-service', 'greeter'],
      ],
    );
  });

  test('what cannot be run is passed over, and said', async () => {
    const { skipped } = await planOf(id, line, empty);
    assert.deepEqual(
      skipped.map(({ action, vital }) => [action, vital]),
      [['Greet', true]],
    );
  });

  test('a hidden property is never told, wherever it turns up', async () => {
    const plan = await planOf(id, `${line} TOKEN=opensesame`, empty);
    const token = plan.operations.find(({ name }) => name === 'Token');
    assert.equal(token?.target, 'HKLM\\Software\\Greeter (32-bit)');
    assert.equal(token.data, '**********');
    assert.equal(plan.request.properties.TOKEN, '**********');
    assert.doesNotMatch(JSON.stringify(plan), /opensesame/);
  });

  test('its removal takes away all that the installation brought', async () => {
    const plan = await planOf(id, `msiexec /x ${productCode} /qn`, installed);
    assert.deepEqual(filesThat(plan, 'remove'), ['greet.exe']);
    const { byKind } = plan.totals;
    assert.deepEqual([byKind['stop-service'], byKind['remove-service'], byKind['remove-file']], [1, 1, 2]);
    assert.equal(byKind['place-file'], undefined);
  });

  test('on a whole installation a plain repair finds the file and leaves it', async () => {
    const plan = await planOf(id, `msiexec /fomus ${productCode}`, installed);
    assert.deepEqual(rulesOf(plan), { 'keep language-same': 1 });
  });

  test('a newer file stays, and with it its component, unless every file is asked for', async () => {
    const machine: InstallerPlanMachine = { state: 'installed', newer: ['greet.exe'] };
    const kept = await planOf(id, `${line} REINSTALL=ALL REINSTALLMODE=vmeus`, machine);
    assert.deepEqual(rulesOf(kept), { 'keep key-path-kept': 1 });
    const [file] = kept.decisions;
    assert.deepEqual([file?.packaged.version, file?.existing?.version], ['1.2.3.0', '2.2.3.0']);
    const forced = await planOf(id, `${line} REINSTALL=ALL REINSTALLMODE=a`, machine);
    assert.deepEqual(rulesOf(forced), { 'replace forced': 1 });
  });

  test('of damages to the same file the graver one counts', async () => {
    const machine: InstallerPlanMachine = {
      state: 'installed',
      missing: 'all',
      newer: 'all',
      changed: ['greet.exe'],
    };
    const plan = await planOf(id, `${line} REINSTALL=ALL REINSTALLMODE=p`, machine);
    assert.equal(plan.decisions[0]?.existing, undefined);
  });

  test('without the product, removal and repair are refused with 1605', async () => {
    for (const command of [
      `msiexec /x ${productCode}`,
      `msiexec /fvomus ${productCode}`,
      `msiexec /i ${productCode} REINSTALL=ALL`,
      'msiexec /x "{content}\\setup\\greeter.msi"',
    ]) {
      const plan = await planOf(id, command, empty);
      assert.deepEqual(
        [plan.refusal?.exitCode, plan.changesNothing, plan.operations],
        [1605, true, []],
        command,
      );
    }
  });

  test('REINSTALL without the product changes nothing, and says why', async () => {
    const plan = await planOf(id, `${line} REINSTALL=ALL REINSTALLMODE=vmeus`, empty);
    assert.deepEqual([plan.changesNothing, plan.totals.operations], [true, 0]);
    assert.ok(
      plan.notes.some((note) => /REINSTALL takes only features/.test(note)),
      plan.notes.join('\n'),
    );
  });

  test('a command line that cannot be planned is refused with the field that is wrong', async () => {
    for (const [command, says] of [
      ['setup.exe /s', /Only command lines of msiexec/],
      ['msiexec /p "{content}\\setup\\greeter.msi"', /Only command lines of msiexec/],
      ['msiexec /i "{content}\\other.msi"', /and not setup\/greeter\.msi/],
      ['msiexec /x {00000000-0000-4000-8000-000000000001}', /is for \{0{8}/],
    ] as const) {
      const answer = await ask(id, command, empty);
      assert.equal(codeOf(answer), 'request.invalid', command);
      assert.match(answer.text, says);
      assert.match(answer.text, /"field":"command"/);
    }
    const unknown = await ask(id, line, { state: 'installed', missing: ['nobody'] });
    assert.equal(codeOf(unknown), 'request.invalid');
    assert.match(unknown.text, /has no file nobody/);
  });

  test('a machine that the package could not be installed on is refused', async () => {
    const command = 'msiexec /i "{content}\\setup\\greeter.msi" REINSTALL=ALL';
    const answer = await ask(id, line, { state: 'installed', command });
    assert.equal(codeOf(answer), 'request.invalid');
    assert.match(answer.text, /cannot be installed on this machine: it would install nothing/);
  });

  test('it takes an administrator to ask, and asking leaves no trace in the audit', async () => {
    const body = { command: line, machine: empty };
    assert.equal((await site.call('POST', `/packages/${id}/installer/plan`, body, {})).status, 401);
    const rows = async () => (await site.call('GET', '/audit')).text;
    const before = await rows();
    await planOf(id, line, empty);
    assert.equal(await rows(), before);
  });
});

describe('another version of the product', () => {
  const code = (number: number) => `{6C2B4B1E-0B60-4F0E-9C2D-00000000000${number}}`;
  const upgradeCode = '{0F0A4C59-5C85-4C35-8C57-7D2A6A1E9F10}';
  const upgrade = tableOf(
    'Upgrade',
    'UpgradeCode:s38* VersionMin:S20* VersionMax:S20* Language:S255* Attributes:i4* Remove:S255 ActionProperty:s72',
    [[upgradeCode, null, '2.0.0', null, 0, null, 'OLDER']],
  );
  const version = (number: number, more: readonly TableData[], properties = {}) =>
    smallPackage({
      properties: { ProductVersion: `${number}.0.0`, ProductCode: code(number), ...properties },
      tables: [
        sequence([
          ['FindRelatedProducts', null, 200],
          ['RemoveExistingProducts', null, 1450],
        ]),
        tableOf(
          'File',
          'File:s72* Component_:s72 FileName:s255 FileSize:i4 Version:S72 Language:S20 Attributes:I2 Sequence:i2',
          [['greet.exe', 'Program', 'GREET.EXE|greet.exe', 4096, `${number}.0.0.0`, '1033', 512, 1]],
        ),
        ...more,
      ],
    });
  const line = 'msiexec /i "{content}\\greeter-2.msi"';

  test('is removed by a major upgrade, and its file is replaced by the newer one', async () => {
    const properties = { SecureCustomProperties: 'OLDER' };
    const older = await packaged('greeter-1.msi', await version(1, []));
    const newer = await packaged('greeter-2.msi', await version(2, [upgrade], properties));
    const plan = await planOf(newer, line, { state: 'other', packageId: older });
    assert.equal(plan.refusal, null);
    assert.deepEqual(plan.removes, [{ productCode: code(1), version: '1.0.0' }]);
    assert.ok(plan.actions.some(({ product }) => product === code(1)));
    const placed = plan.operations.filter(
      ({ kind, target }) => kind === 'place-file' && /greet\.exe$/.test(target),
    );
    assert.equal(placed.length, 1);
    // Nothing of it is on the machine without the older version.
    assert.deepEqual((await planOf(newer, line, empty)).removes, []);
  });

  test('is refused where it is a product of another line, or not there', async () => {
    const stranger = await version(1, [], { UpgradeCode: '{0F0A4C59-5C85-4C35-8C57-000000000001}' });
    const other = await packaged('greeter-1.msi', stranger);
    const newer = await packaged('greeter-2.msi', await version(2, [upgrade]));
    const answer = await ask(newer, line, { state: 'other', packageId: other });
    assert.equal(codeOf(answer), 'request.invalid');
    assert.match(answer.text, /is no other version of this product/);
    const nobody = { state: 'other', packageId: randomUUID() } as const;
    assert.equal(codeOf(await ask(newer, line, nobody)), 'not-found');
  });
});

test('of a package with 30,000 files the plan is cut, and the counts are those of all', async () => {
  const components = Array.from({ length: 300 }, (_, at) => `C${at}`);
  const files = components.flatMap((component, at) =>
    Array.from({ length: 100 }, (_, below): TableData['rows'][number] => {
      const number = at * 100 + below + 1;
      return [`f${number}`, component, `f${number}.txt`, number, null, null, 512, number];
    }),
  );
  const guid = (at: number) => `{7D2E8B52-2E0C-4F38-9B65-${String(at).padStart(12, '0')}}`;
  const tables = [
    sequence(),
    tableOf(
      'Component',
      'Component:s72* ComponentId:S38 Directory_:s72 Attributes:i2 Condition:S255 KeyPath:S72',
      components.map((component, at) => [component, guid(at), 'INSTALLDIR', 0, null, `f${at * 100 + 1}`]),
    ),
    tableOf(
      'FeatureComponents',
      'Feature_:s38* Component_:s72*',
      components.map((component) => ['Main', component]),
    ),
    tableOf(
      'File',
      'File:s72* Component_:s72 FileName:s255 FileSize:i4 Version:S72 Language:S20 Attributes:I2 Sequence:i2',
      files,
    ),
  ];
  const id = await packaged('large.msi', await smallPackage({ tables }));
  const command = 'msiexec /i "{content}\\large.msi" REINSTALL=ALL REINSTALLMODE=pmus';
  const { status, body, text } = await ask(id, command, { state: 'installed', missing: ['f30000'] });
  assert.equal(status, 200, text.slice(0, 1000));
  assert.equal(body.totals.files, 30_000);
  assert.equal(body.decisions.length, 5000);
  assert.deepEqual([body.decisions[0]?.file, body.decisions[0]?.do], ['f30000', 'install']);
  assert.equal(body.totals.byDecision.install, 1);
  assert.equal(
    Object.values(body.folders[0]?.counts ?? {}).reduce((sum, count) => sum + count, 0),
    30_000,
  );
  assert.ok(text.length < 4_000_000, `${text.length} characters`);
});

describe('sample packages', { skip }, () => {
  const nunit = 'NUnit-2.5.2.9222.msi';
  const putty = 'putty-0.68-installer.msi';
  const ids = new Map<string, string>();
  before(async () => {
    for (const name of [nunit, putty]) ids.set(name, await packaged(name, readFileSync(`${corpus}${name}`)));
  });
  const line = (name: string, rest = '') => `msiexec /i "{content}\\${name}" /qn ${rest}`.trim();
  const plan = (name: string, command: string, machine: InstallerPlanMachine) =>
    planOf(ids.get(name) ?? '', command, machine);

  test('a repair of NUnit with one file missing brings that file, and the others as the mode says', async () => {
    const machine = { state: 'installed', missing: ['nunit.exe'] } as const;
    const first = await plan(nunit, line(nunit), empty);
    const missing = first.decisions.find(({ path }) => path.endsWith('\\net-2.0\\nunit.exe'));
    assert.ok(missing);
    const damaged = { ...machine, missing: [missing.file] };
    const repair = await plan(nunit, line(nunit, 'REINSTALLMODE=vmeus REINSTALL=ALL'), damaged);
    assert.deepEqual(filesThat(repair, 'install'), [missing.file]);
    const rest = repair.decisions.filter((one) => one.do !== 'install');
    assert.equal(rest.length, first.totals.files - 1);
    // Files with a version are equal, which e replaces; those without are known by their hash.
    for (const one of rest) {
      const expected = one.packaged.version === undefined ? 'keep hash-equal' : 'replace language-same';
      assert.equal(`${one.do} ${one.rule}`, expected, one.path);
    }
    const gentle = await plan(nunit, line(nunit, 'REINSTALLMODE=omus REINSTALL=ALL'), damaged);
    assert.deepEqual(filesThat(gentle, 'replace'), []);
    assert.deepEqual(filesThat(gentle, 'install'), [missing.file]);
    assert.equal(gentle.totals.byKind['place-file'], 1);
  });

  test('what a user wrote into a file of NUnit is kept by a repair', async () => {
    const machine = { state: 'installed', changed: 'all' } as const;
    const repair = await plan(nunit, line(nunit, 'REINSTALLMODE=vmeus REINSTALL=ALL'), machine);
    assert.ok((rulesOf(repair)['keep modified-by-user'] ?? 0) > 100, JSON.stringify(rulesOf(repair)));
  });

  test('PuTTY is installed, whole after that, and removed without a rest', async () => {
    const install = await plan(putty, line(putty), empty);
    const again = await plan(putty, line(putty), installed);
    assert.equal(again.changesNothing, true);
    const removal = await plan(putty, `msiexec /x {55717628-7AE6-4BCF-A046-FA2768945E76}`, installed);
    assert.equal(removal.totals.byDecision.remove, install.totals.files);
    assert.equal(removal.totals.byKind['remove-file'], install.totals.byKind['place-file']);
    assert.equal(removal.totals.byKind['remove-folder'], install.totals.byKind['create-folder']);
  });
});
