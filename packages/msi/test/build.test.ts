/** Descriptions become packages: the same bytes for the same words, stable ids, and tables that agree with each other. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bytesSource, exportTable, openContent, openProduct } from '@holdfast/msi';
import { type Built, build, least } from './build-support.ts';
import { missing, msiinfo } from './support/corpus.ts';
import { randomDescription } from './support/describe-random.ts';

const seeds = Array.from({ length: 60 }, (_, index) => 9000 + index);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Every rule of _Validation: references, numbers, sets and forms. */
async function assertConsistent(built: Built, seed: number): Promise<void> {
  const forms: Record<string, RegExp> = {
    Guid: /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/,
    Identifier: /^[A-Za-z_][A-Za-z0-9_.]*$/,
    UpperCase: /^[A-Z_][A-Z0-9_.]*$/,
    Filename: /^([A-Za-z0-9!#$%&'()\-@^_`{}~]{1,8}(\.[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,3})?\|)?[^\\/:*?"<>|]+$/,
  };
  const rules = await built.rows('_Validation');
  assert.ok(rules.length > 50);
  for (const rule of rules) {
    const table = String(rule.Table);
    const column = String(rule.Column);
    const targets = rule.KeyTable === null ? [] : String(rule.KeyTable).split(';');
    const keys = new Set<unknown>();
    for (const target of targets) {
      for (const one of await built.rows(target)) keys.add(Object.values(one)[0]);
    }
    for (const one of await built.rows(table)) {
      const value = one[column] ?? null;
      const where = `seed ${seed}: ${table}.${column} = ${value}`;
      if (value === null) {
        assert.equal(rule.Nullable, 'Y', where);
        continue;
      }
      if (targets.length > 0 && !(column === 'Version')) assert.ok(keys.has(value), where);
      if (typeof rule.MinValue === 'number') assert.ok(Number(value) >= rule.MinValue, where);
      if (typeof rule.MaxValue === 'number') assert.ok(Number(value) <= rule.MaxValue, where);
      if (rule.Set !== null) assert.ok(String(rule.Set).split(';').includes(String(value)), where);
      const form = forms[String(rule.Category)];
      // KeyTable is a list of them.
      if (form !== undefined && targets.length === 0 && column !== 'KeyTable')
        assert.match(String(value), form, where);
    }
  }
}

describe('a built package', () => {
  it('has tables that agree with each other and with their own _Validation, whatever is described', async () => {
    for (const seed of seeds) {
      const { description, readFile } = randomDescription(seed);
      await assertConsistent(await build(description, readFile), seed);
    }
  });

  it('carries the bytes of every file, inside it or beside it', async () => {
    for (const seed of seeds) {
      const { description, files, readFile } = randomDescription(seed);
      const built = await build(description, readFile);
      const product = await openProduct(built.database);
      const expected = new Map(
        built.files.map(({ id, source }) => [id, hash(files.get(source) ?? Buffer.from('?'))]),
      );
      const found = new Map<string, string>();
      for await (const one of openContent(built.database, product, { neighbours: built.neighbours }).all()) {
        const digest = createHash('sha256');
        for await (const piece of one.content) digest.update(piece);
        const value = digest.digest('hex');
        for (const file of one.files) found.set(file.id, value);
      }
      assert.deepEqual([...found].sort(), [...expected].sort(), `seed ${seed}`);
    }
  });

  it('is read by msiinfo as it is read here', { skip: missing ?? false }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
    try {
      for (const seed of seeds.slice(0, 6)) {
        const { description, readFile } = randomDescription(seed);
        const { bytes, database } = await build(description, readFile);
        const path = join(folder, `${seed}.msi`);
        writeFileSync(path, bytes);
        for (const table of database.tables) {
          const own = [...(await exportTable(database, table))].join('');
          assert.equal((await msiinfo('export', path, table)).toString(), own, `seed ${seed}: ${table}`);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is the same, byte for byte, for the same words and files, and another package for others', async () => {
    const { description, readFile } = randomDescription(7);
    const one = await build(description, readFile);
    const other = await build(structuredClone(description), readFile);
    assert.equal(hash(one.bytes), hash(other.bytes));
    const files = [{ source: 'a.txt' }];
    const first = await build({ ...least, files });
    const changed = await build({ ...least, files }, async () =>
      bytesSource(Buffer.from('content of b.txt')),
    );
    assert.notEqual(first.packageCode, changed.packageCode);
    assert.equal(first.productCode, changed.productCode);
  });

  it('keeps the codes of its components over versions, and has a new product code for each', async () => {
    const files = [{ source: 'a.txt' }, { source: 'b.txt', folder: 'sub' }];
    const one = await build({ ...least, files });
    const two = await build({ ...least, version: '1.2.4', files: [{ source: 'c.txt' }, ...files] });
    assert.notEqual(one.productCode, two.productCode);
    const codes = async (built: Built) =>
      new Map(
        (await built.rows('Component')).map((component) => [component.Component, component.ComponentId]),
      );
    const [older, newer] = [await codes(one), await codes(two)];
    for (const [id, code] of older) assert.equal(newer.get(id), code);
    const narrow = await build({ ...least, architecture: 'x86', files });
    assert.notEqual(narrow.productCode, one.productCode);
    assert.notDeepEqual([...(await codes(narrow)).values()], [...older.values()]);
  });

  it('says in its summary for which machine, language and installer it is', async () => {
    const summary = async (more: object) => (await build({ ...least, ...more })).database.summary();
    const x64 = await summary({ language: 1031, created: '2026-09-01T12:00:00Z' });
    assert.deepEqual(x64.get(7), { kind: 'text', text: 'x64;1031' });
    assert.deepEqual(x64.get(14), { kind: 'number', number: 200 });
    assert.deepEqual(x64.get(15), { kind: 'number', number: 2 });
    assert.deepEqual(x64.get(12), { kind: 'time', time: Date.UTC(2026, 8, 1, 12) });
    const user = await summary({ architecture: 'x86', scope: 'user' });
    assert.deepEqual(
      [user.get(7), user.get(15)],
      [
        { kind: 'text', text: 'Intel;1033' },
        { kind: 'number', number: 10 },
      ],
    );
    const arm = await summary({ architecture: 'arm64', media: { files: 'uncompressed' } });
    assert.deepEqual(
      [arm.get(7), arm.get(14), arm.get(15)],
      [
        { kind: 'text', text: 'Arm64;1033' },
        { kind: 'number', number: 500 },
        { kind: 'number', number: 0 },
      ],
    );
  });

  it('gives short names that are unique in their folder, without regard to case', async () => {
    const names = [
      'readme first.txt',
      'README~1.TXT',
      'readme second.txt',
      'Readme Third.txt',
      'ok.txt',
      '.config',
      'x.json',
    ];
    const built = await build({ ...least, files: names.map((source) => ({ source })) });
    const stored = (await built.rows('File')).map(({ FileName }) => String(FileName));
    assert.deepEqual(
      names.map((name) => stored.find((one) => one === name || one.endsWith(`|${name}`))),
      [
        'README~2.TXT|readme first.txt',
        'README~1.TXT',
        'README~3.TXT|readme second.txt',
        'README~4.TXT|Readme Third.txt',
        'ok.txt',
        'CONFIG~1|.config',
        'X~1.JSO|x.json',
      ],
    );
    const short = stored.map((one) => one.split('|')[0]?.toLowerCase());
    assert.equal(new Set(short).size, names.length);
  });

  it('writes a version, or whom a file follows, or a hash', async () => {
    const readFile = async (source: string) => bytesSource(Buffer.from(source === 'empty' ? '' : source));
    const files = [
      { source: 'plain.txt' },
      { source: 'given.dll', version: '1.2.3.4', language: '1033' },
      { source: 'follows.txt', companionOf: 'given.dll' },
      { source: 'empty' },
    ];
    const built = await build({ ...least, files }, readFile);
    const versions = (await built.rows('File')).map(({ File, Version, Language }) => [
      File,
      Version,
      Language,
    ]);
    assert.deepEqual(versions.sort(), [
      ['empty', null, null],
      ['follows.txt', 'given.dll', null],
      ['given.dll', '1.2.3.4', '1033'],
      ['plain.txt', null, null],
    ]);
    const parts = (await built.rows('MsiFileHash')).map((one) => Object.values(one)).sort();
    const md5 = createHash('md5').update('plain.txt').digest();
    assert.deepEqual(parts, [
      ['empty', 0, 0, 0, 0, 0],
      ['plain.txt', 0, ...[0, 4, 8, 12].map((at) => md5.readInt32LE(at))],
    ]);
  });
});
