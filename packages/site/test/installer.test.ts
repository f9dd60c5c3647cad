/** Windows Installer packages over the API: described, looked into, and refused where they are damaged. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type ErrorBody,
  InstallerDescription,
  type InstallerFile,
  type InstallerRows,
  type InstallerTables,
  type PackageDetail,
  type Page,
  ProgramDefinition,
} from '@holdfast/contract';
import { encodeStreamName } from '@holdfast/msi';
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

type StoredFile = { readonly path: string; readonly size: number; readonly sha256: string };

/** Uploads bytes, and answers them as a file of a package. */
async function upload(path: string, bytes: Uint8Array): Promise<StoredFile> {
  const response = await fetch(`${site.url}/api/v1/content`, {
    method: 'PUT',
    body: Buffer.from(bytes),
    headers: { 'content-type': 'application/octet-stream', 'x-api-key': site.apiKey },
  });
  assert.ok(response.ok);
  return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const create = (...files: readonly StoredFile[]) =>
  site.call<PackageDetail>('POST', '/packages', { name: 'Sample', version: '1', files });

async function packageOf(...files: readonly StoredFile[]): Promise<PackageDetail> {
  const made = await create(...files);
  assert.equal(made.status, 201, made.text);
  return made.body;
}

const inspect = (file: StoredFile) =>
  site.call<InstallerDescription>(
    'GET',
    `/content/${file.sha256}/installer?path=${encodeURIComponent(file.path)}`,
  );

test('an uploaded .msi answers with all that an administrator would type in, and the program is taken as it is', async () => {
  const file = await upload('setup/greeter.msi', await smallPackage());
  const { status, body } = await inspect(file);
  assert.equal(status, 200);
  assert.ok(Value.Check(InstallerDescription, body));
  const { name, version, publisher, productCode: code, language, architecture, totals, software } = body;
  assert.deepEqual(
    { name, version, publisher, code, language, architecture },
    {
      name: 'Greeter',
      version: '1.2.3',
      publisher: 'Holdfast',
      code: productCode,
      language: 1033,
      architecture: 'x64',
    },
  );
  assert.deepEqual([totals.features, totals.components, totals.files, totals.bytes], [2, 1, 1, 4096]);
  assert.deepEqual(
    body.features.map(({ id, parent, byDefault, files }) => [id, parent, byDefault, files]),
    [
      ['Main', null, true, 1],
      ['Extra', 'Main', false, 0],
    ],
  );
  assert.ok(Value.Check(ProgramDefinition, software?.program));
  assert.match(software.program.install, /^msiexec \/i "\{content\}\\setup\\greeter\.msi" /);
  assert.deepEqual(software.program.detection[0], { kind: 'msi', productCode, minimumVersion: '1.2.3' });
  const made = await packageOf(file);
  const added = await site.call('POST', `/packages/${made.id}/programs`, software.program);
  assert.equal(added.status, 201, added.text);
});

test('what is uploaded is not described to visitors, and not where it was never uploaded', async () => {
  const file = await upload('greeter.msi', await smallPackage());
  const path = `/content/${file.sha256}/installer?path=greeter.msi`;
  assert.equal((await site.call('GET', path, undefined, {})).status, 401);
  assert.equal(codeOf(await inspect({ ...file, sha256: 'a'.repeat(64) })), 'content.not-found');
  assert.equal(codeOf(await inspect({ ...file, path: '../greeter.msi' })), 'request.invalid');
});

test('a package shows the files and tables of its .msi, searched and paged', async () => {
  const rows = Array.from({ length: 250 }, (_, at) => [
    `Key${String(at).padStart(3, '0')}`,
    at,
    'x'.repeat(2000),
  ]);
  const file = await upload(
    'greeter.msi',
    await smallPackage({ tables: [tableOf('Notes', 'Note:s72* Number:i4 Text:S0', rows)] }),
  );
  const { id } = await packageOf(await upload('readme.txt', Buffer.from('read me')), file);
  const path = `/packages/${id}/installer`;
  assert.equal((await site.call<InstallerDescription>('GET', path)).body.path, 'greeter.msi');

  const files = (await site.call<Page<InstallerFile>>('GET', `${path}/files?feature=Main`)).body;
  assert.deepEqual(files.items[0], {
    id: 'greet.exe',
    name: 'greet.exe',
    folder: 'C:\\Program Files (x86)\\Greeter',
    size: 4096,
    version: '1.2.3.0',
    languages: '1033',
    component: 'Program',
    features: ['Main'],
  });
  assert.equal((await site.call<Page<InstallerFile>>('GET', `${path}/files?feature=Extra`)).body.total, 0);

  const tables = (await site.call<InstallerTables>('GET', `${path}/tables`)).body.items;
  assert.deepEqual(
    tables.filter(({ name }) => name === 'Notes').map(({ columns, rows: count }) => [columns.length, count]),
    [[3, 250]],
  );
  const first = (await site.call<InstallerRows>('GET', `${path}/tables/Notes?limit=100`)).body;
  assert.deepEqual([first.items.length, first.total, first.items[0]?.number], [100, 250, 1]);
  assert.deepEqual(first.columns[1], { name: 'Number', type: 'i4', key: false });
  const [note, number, text] = first.items[1]?.cells ?? [];
  assert.deepEqual([note, number, String(text).length, String(text).at(-1)], ['Key001', 1, 1000, '…']);
  const third = await site.call<InstallerRows>('GET', `${path}/tables/Notes?limit=200&cursor=${first.next}`);
  assert.deepEqual([third.body.items.length, third.body.next], [150, null]);
  const found = await site.call<InstallerRows>('GET', `${path}/tables/Notes?search=KEY24`);
  assert.deepEqual([found.body.total, found.body.items[0]?.number], [10, 241]);
});

test('what is not there is not found', async () => {
  const file = await upload('greeter.msi', await smallPackage());
  const { id } = await packageOf(file);
  const plain = await packageOf(await upload('readme.txt', Buffer.from('read me')));
  const codes = async (path: string) => codeOf(await site.call('GET', path));
  assert.equal(await codes(`/packages/${id}/installer/tables/Nowhere`), 'not-found');
  assert.equal(await codes(`/packages/${id}/installer?path=other.msi`), 'not-found');
  assert.equal(await codes(`/packages/${plain.id}/installer`), 'not-found');
  assert.equal(await codes(`/packages/${plain.id.replace(/^./, '0')}/installer/files`), 'not-found');
  assert.equal(await codes(`/packages/${id}/installer/tables/File?limit=501`), 'request.invalid');
  assert.equal(await codes(`/packages/${id}/installer/tables/File?cursor=nonsense`), 'request.invalid');
});

test('what the package asks of machines is said beside the program, and refuses nothing', async () => {
  const conditions = tableOf('LaunchCondition', 'Condition:s255* Description:s255', [
    ['VersionNT < 500', 'It is for Windows NT 4.'],
  ]);
  const sequence = tableOf('InstallExecuteSequence', 'Action:s72* Condition:S255 Sequence:I2', [
    ['LaunchConditions', null, 100],
    ['CostInitialize', null, 800],
    ['FileCost', null, 900],
    ['CostFinalize', null, 1000],
  ]);
  const old = await smallPackage({ tables: [conditions, sequence] });
  const { body } = await inspect(await upload('old.msi', old));
  assert.ok(
    body.software?.notes.some((note) => note.includes('It is for Windows NT 4.')),
    body.software?.notes.join(),
  );
});

test('a package whose conditions are none is described as far as it can be', async () => {
  const conditions = tableOf('Condition', 'Feature_:s38* Level:i2* Condition:S255', [['Main', 1, '((( AND']]);
  const file = await upload('odd.msi', await smallPackage({ tables: [conditions] }));
  const { body, text } = await inspect(file);
  assert.equal(body.features?.[0]?.why, 'its conditions cannot be evaluated', text);
  const { id } = await packageOf(file);
  const files = await site.call<Page<InstallerFile>>('GET', `/packages/${id}/installer/files`);
  assert.equal(files.body.items[0]?.folder, '[ProgramFilesFolder]\\Greeter');
  // No program is derived, and one that could work is not refused: nothing is certain.
  assert.equal(body.software, null);
  assert.ok(body.reason);
  const byHand = {
    name: 'by hand',
    platform: 'windows',
    install: 'msiexec /i "{content}\\odd.msi" /qn',
    detection: [{ kind: 'msi', productCode }],
    exitCodes: [],
    maxRunMinutes: 10,
  };
  const added = await site.call('POST', `/packages/${id}/programs`, byHand);
  assert.equal(added.status, 201, added.text);
});

test('what installs nothing by itself is described with the reason, and without a program', async () => {
  const file = await upload('module.msi', await smallPackage({ properties: { ProductCode: 'none' } }));
  const { status, body } = await inspect(file);
  assert.equal(status, 200);
  assert.equal(body.software, null);
  assert.match(body.reason ?? '', /product code/);
});

describe('damaged packages', () => {
  test('are refused with code and remedy, wherever they are named', async () => {
    const whole = await smallPackage();
    const bytes = {
      'no-msi.msi': Buffer.from('not really'),
      'empty.msi': Buffer.alloc(0),
      'truncated.msi': whole.subarray(0, whole.length / 2),
      'noise.msi': Buffer.concat([whole.subarray(0, 512), Buffer.alloc(whole.length - 512, 0x5a)]),
    };
    for (const [name, content] of Object.entries(bytes)) {
      const file = await upload(name, content);
      const answer = await inspect(file);
      assert.deepEqual([answer.status, codeOf(answer)], [422, 'msi.invalid'], name);
      assert.match(answer.text, /Take the package anew from its maker/);
      const refused = await create(file);
      assert.deepEqual([refused.status, codeOf(refused)], [422, 'msi.invalid'], name);
      assert.ok(refused.text.includes(name), refused.text);
    }
  });

  test('that say that they have endless text are refused, and the site goes on', async () => {
    const pool = Buffer.from(await smallPackage());
    const name = Buffer.from(encodeStreamName({ name: '_StringData', isTable: true }), 'utf16le');
    const entry = pool.indexOf(name);
    assert.ok(entry > 0);
    // Bytes of the stream, in its entry of the directory.
    pool.writeUInt32LE(0x7fff_ffff, entry + 120);
    const answer = await inspect(await upload('pool.msi', pool));
    assert.ok(['msi.limit', 'msi.invalid'].includes(codeOf(answer)), answer.text);
    assert.equal((await inspect(await upload('greeter.msi', await smallPackage()))).status, 200);
  });

  test('with features below themselves still show their tables', async () => {
    const file = await upload(
      'loop.msi',
      await smallPackage({
        tables: [
          tableOf('Feature', 'Feature:s38* Feature_Parent:S38 Title:S64 Level:i2', [
            ['Main', 'Extra', null, 1],
            ['Extra', 'Main', null, 1],
          ]),
        ],
      }),
    );
    assert.equal(codeOf(await inspect(file)), 'msi.invalid');
    assert.equal(codeOf(await create(file)), 'msi.invalid');
  });
});

describe('a program that could run for ever', () => {
  const program: ProgramDefinition = {
    name: 'loop',
    platform: 'windows',
    install: 'msiexec /i "{content}\\greeter.msi" /qn',
    detection: [{ kind: 'msi', productCode }],
    exitCodes: [],
    maxRunMinutes: 10,
  };
  const elsewhere = '{00000000-0000-4000-8000-000000000001}';
  let id: string;
  before(async () => {
    id = (await packageOf(await upload('greeter.msi', await smallPackage()))).id;
  });

  const refused = async (change: Partial<ProgramDefinition>) => {
    const answer = await site.call<ErrorBody>('POST', `/packages/${id}/programs`, { ...program, ...change });
    assert.deepEqual([answer.status, answer.body.code], [422, 'program.changes-nothing'], answer.text);
    return [answer.body.details?.field, answer.body.message] as const;
  };

  test('is refused with the reason and the field that is to blame', async () => {
    const reinstalled = await refused({ install: `${program.install} REINSTALL=ALL REINSTALLMODE=vomus` });
    assert.equal(reinstalled[0], 'install');
    assert.match(reinstalled[1], /REINSTALL takes only features that are installed/);
    assert.equal((await refused({ install: `${program.install} ADDLOCAL=Nothing` }))[0], 'install');
    assert.equal((await refused({ detection: [{ kind: 'msi', productCode: elsewhere }] }))[0], 'detection');
    assert.equal(
      (
        await refused({ detection: [{ kind: 'file', path: 'C:\\Program Files (x86)\\Greeter\\other.exe' }] })
      )[0],
      'detection',
    );
    assert.equal((await refused({ uninstall: `msiexec /x ${elsewhere} /qn` }))[0], 'uninstall');
    assert.equal((await refused({ repair: `${program.install} REINSTALL=Nothing` }))[0], 'repair');
    const { body } = await site.call<PackageDetail>('GET', `/packages/${id}`);
    assert.deepEqual(body.programList, []);
  });

  test('is not deployed where it is there from before', async () => {
    const [, install] = [productCode, `${program.install} REINSTALL=ALL`];
    const row = {
      id: randomUUID(),
      packageId: id,
      name: 'from before',
      definition: JSON.stringify({ ...program, name: 'from before', install }),
      createdAt: 0,
    };
    await site.context.store.insertInto('program').values(row).execute();
    const { body } = await site.call<Page<{ id: string }>>('GET', '/collections');
    const deployment = { programId: row.id, collectionId: body.items[0]?.id };
    for (const query of ['', '?dryRun=true']) {
      const answer = await site.call('POST', `/deployments${query}`, deployment);
      assert.equal(codeOf(answer), 'program.changes-nothing');
    }
    await site.context.store.deleteFrom('program').where('id', '=', row.id).execute();
  });

  test('is none where nothing is certain: another program, another package, a transform', async () => {
    const lines = [
      'setup.exe /reinstall REINSTALL=ALL',
      'msiexec /i "\\\\server\\share\\other.msi" REINSTALL=ALL',
      `${program.install} TRANSFORMS=other.mst REINSTALL=ALL`,
      program.install,
    ];
    for (const [at, install] of lines.entries()) {
      const answer = await site.call('POST', `/packages/${id}/programs`, {
        ...program,
        name: `line ${at}`,
        install,
      });
      assert.equal(answer.status, 201, `${install}: ${answer.text}`);
    }
  });
});

describe('sample packages', { skip }, () => {
  const sample = (name: string) => readFileSync(`${corpus}${name}`);

  test('PuTTY says everything of itself', async () => {
    const { body } = await inspect(await upload('putty.msi', sample('putty-0.68-installer.msi')));
    assert.equal(body.name, 'PuTTY release 0.68');
    assert.equal(body.version, '0.68.0.0');
    assert.equal(body.productCode, '{55717628-7AE6-4BCF-A046-FA2768945E76}');
    assert.equal(body.upgradeCode, '{DCE70C63-8808-4646-B16B-A677BD298385}');
    assert.deepEqual(
      body.features.map(({ id, byDefault }) => [id, byDefault]),
      [
        ['FilesFeature', true],
        ['DesktopFeature', false],
        ['PathFeature', true],
        ['PPKFeature', true],
      ],
    );
    assert.deepEqual(
      body.software?.program.detection.map((rule) => rule.kind),
      ['msi', 'file'],
    );
  });

  test('NUnit shows thousands of rows page by page while others ask for another package', async () => {
    const { id } = await packageOf(await upload('nunit.msi', sample('NUnit-2.5.2.9222.msi')));
    const path = `/packages/${id}/installer`;
    const { items } = (await site.call<InstallerTables>('GET', `${path}/tables`)).body;
    const table = items.find(({ name }) => name === 'File');
    const putty = await upload('putty.msi', sample('putty-0.68-installer.msi'));
    let next: string | null = '';
    let seen = 0;
    while (next !== null) {
      const query: string = next === '' ? '' : `&cursor=${next}`;
      const [page, other] = await Promise.all([
        site.call<Page<InstallerFile>>('GET', `${path}/files?limit=100${query}`),
        inspect(putty),
      ]);
      assert.equal(other.body.name, 'PuTTY release 0.68');
      seen += page.body.items.length;
      next = page.body.next;
    }
    assert.equal(seen, table?.rows);
    assert.ok(seen > 100);
  });

  test('each of them is described', async () => {
    for (const name of ['vcredist.msi', 'msi_with_external_cab.msi', 'NUnit-2.5.2.9222.msi']) {
      const { status, text } = await inspect(await upload(name, sample(name)));
      assert.equal(status, 200, `${name}: ${text}`);
    }
  });
});
