/** `holdfast msi build`: a description in, a package out, nothing half in between. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { holdfast, temporaryFolder } from './support.ts';

const yaml = `name: Greeting
manufacturer: Holdfast
version: 1.0.0
upgradeCode: "{0F6A6C53-6B55-4E6B-8E0C-0C0F5E0B4C11}"
files:
  - source: in/hello.txt
  - source: in/other.txt
    folder: more
`;

describe('holdfast msi build', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const at = (name: string) => join(folder.path, name);
  const describeIn = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  before(async () => {
    folder = await temporaryFolder();
    mkdirSync(at('in'));
    mkdirSync(at('out'));
    writeFileSync(at('in/hello.txt'), 'hello');
    writeFileSync(at('in/other.txt'), 'x'.repeat(100_000));
  });
  after(() => folder.remove());

  it('writes a package from YAML or JSON, the same both times, and says what it is', async () => {
    const output = at('out/greeting.msi');
    const { code, out, error } = await holdfast(['msi', 'build', describeIn('a.yaml', yaml), '-o', output]);
    assert.equal(code, 0, error);
    assert.match(out, /^product +Greeting$/m);
    assert.match(out, /^files +2, 97\.7 KiB$/m);
    const first = readFileSync(output);
    const json = JSON.stringify({
      name: 'Greeting',
      manufacturer: 'Holdfast',
      version: '1.0.0',
      upgradeCode: '{0F6A6C53-6B55-4E6B-8E0C-0C0F5E0B4C11}',
      files: [{ source: 'in/hello.txt' }, { source: 'in/other.txt', folder: 'more' }],
    });
    const words = ['msi', 'build', describeIn('a.json', json), '-o', output, '--json'];
    const document = JSON.parse((await holdfast(words)).out);
    assert.ok(readFileSync(output).equals(first));
    assert.equal(document.written.size, first.length);
    assert.deepEqual(
      document.files.map((file: { target: string }) => file.target),
      ['ProgramFiles64Folder\\Greeting\\hello.txt', 'ProgramFiles64Folder\\Greeting\\more\\other.txt'],
    );
    const info = JSON.parse((await holdfast(['msi', 'info', output, '--json'])).out);
    assert.equal(info.product.productCode, document.product.productCode);
    assert.deepEqual(readdirSync(at('out')), ['greeting.msi']);
  });

  it('writes what lies beside a package, and nothing at all with --dry-run', async () => {
    mkdirSync(at('beside'));
    const words = (media: string) => [
      'msi',
      'build',
      describeIn('b.yaml', `${yaml}media:\n  files: ${media}\n`),
      '-o',
      at('beside/b.msi'),
    ];
    const dry = await holdfast([...words('external'), '--dry-run']);
    assert.match(dry.out, /^5 +- +hello\.txt +ProgramFiles64Folder\\Greeting\\hello\.txt$/m);
    assert.deepEqual(readdirSync(at('beside')), []);
    assert.equal((await holdfast(words('external'))).code, 0);
    assert.deepEqual(readdirSync(at('beside')).sort(), ['b.msi', 'cab1.cab']);
    const listed = JSON.parse((await holdfast(['cab', 'list', at('beside/cab1.cab'), '--json'])).out);
    assert.deepEqual(
      listed.files.map((file: { name: string }) => file.name),
      ['hello.txt', 'other.txt'],
    );
    assert.equal((await holdfast(words('uncompressed'))).code, 0);
    assert.equal(readFileSync(at('beside/PFiles64/Greeting/hello.txt'), 'utf8'), 'hello');
  });

  it('names file, line and field of what is wrong, and leaves what was there', async () => {
    const output = describeIn('kept.msi', 'kept');
    const said = async (text: string, name = 'wrong.yaml') => {
      const path = describeIn(name, text);
      const { code, error } = await holdfast(['msi', 'build', path, '-o', output, '--json']);
      assert.equal(code, 1);
      const { code: own, message } = JSON.parse(error).error;
      assert.equal(own, 'msi.description-invalid');
      return message.replace(path, name);
    };
    assert.match(
      await said(yaml.replace('folder: more', 'floder: more')),
      /^wrong\.yaml, line 8: files\[1\].floder: /,
    );
    assert.match(
      await said(yaml.replace('in/other', 'in/nothing')),
      /^wrong\.yaml, line 7: files\[1\]\.source: /,
    );
    assert.match(await said(yaml.replace('1.0.0', '1.0')), /^wrong\.yaml, line 3: version: /);
    assert.match(await said('name: [', 'broken.yaml'), /^broken\.yaml, line 1: /);
    assert.match(await said('{"name": "x",}x', 'broken.json'), /^broken\.json, line 1: /);
    assert.equal(readFileSync(output, 'utf8'), 'kept');
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.endsWith('.part')),
      [],
    );
    const missing = await holdfast(['msi', 'build', at('nothing.yaml'), '--json']);
    assert.equal(JSON.parse(missing.error).error.code, 'disk.not-found');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const path = describeIn('c.yaml', yaml);
    const stopped = AbortSignal.abort();
    const { code } = await holdfast(['msi', 'build', path, '-o', at('stopped.msi')], { stopped });
    assert.notEqual(code, 0);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.includes('stopped')),
      [],
    );
  });
});
