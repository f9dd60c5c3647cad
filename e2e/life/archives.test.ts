/** The archives that packages are made of, read by the programs of others. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { arArchive } from '../../scripts/client/archive/ar.ts';
import { cpioPieces } from '../../scripts/client/archive/cpio.ts';
import { type ArchiveEntry, withFolders } from '../../scripts/client/archive/entry.ts';
import { gzipPieces } from '../../scripts/client/archive/gzip.ts';
import { rpmArchive } from '../../scripts/client/archive/rpm.ts';
import { tarPieces } from '../../scripts/client/archive/tar.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const time = 1_700_000_000;
/** Larger than what is compressed by itself, and no multiple of anything. */
const large = Buffer.alloc((1 << 20) + 77, 'large ');
const deep = `${'folder/'.repeat(20)}deep.txt`;
const file = (path: string, mode: number, content: string | Uint8Array): ArchiveEntry => ({
  kind: 'file',
  path,
  mode,
  content: Buffer.from(content),
});
const entries = withFolders([
  file('bin/run', 0o755, '#!/bin/sh\necho ran\n'),
  file('empty', 0o644, ''),
  file('large', 0o600, large),
  file(deep, 0o644, 'deep'),
  { kind: 'link', path: 'usr/bin/run', mode: 0o777, target: '../../bin/run' },
]);

function assertUnpacked(root: string): void {
  assert.equal(execFileSync(join(root, 'usr/bin/run'), { encoding: 'utf8' }), 'ran\n');
  assert.equal(readlinkSync(join(root, 'usr/bin/run')), '../../bin/run');
  assert.equal(statSync(join(root, 'empty')).size, 0);
  assert.ok(readFileSync(join(root, 'large')).equals(large));
  assert.equal(statSync(join(root, 'large')).mode & 0o777, 0o600);
  assert.equal(statSync(join(root, 'bin')).mode & 0o777, 0o755);
  assert.equal(readFileSync(join(root, deep), 'utf8'), 'deep');
}

/** Writes an archive, and answers its path and a new folder to unpack it into. */
function written(name: string, content: Uint8Array): { path: string; root: string } {
  const path = join(folder.path, name);
  const root = join(folder.path, `${name}.unpacked`);
  writeFileSync(path, content);
  mkdirSync(root);
  return { path, root };
}

describe('an archive of ours', () => {
  it('of tar is unpacked by tar, with members of gzip one after another', {
    skip: missingOnThisMachine('tar'),
  }, async () => {
    const { path, root } = written('tree.tar.gz', await gzipPieces(tarPieces(entries, './', time)));
    execFileSync('tar', ['-xzpf', path, '-C', root]);
    assertUnpacked(root);
    assert.equal(statSync(join(root, 'empty')).mtimeMs, time * 1000);
  });

  it('of cpio is unpacked by cpio', { skip: missingOnThisMachine('cpio') }, () => {
    const content = Buffer.concat(cpioPieces(entries, time));
    const { root } = written('tree.cpio', content);
    execFileSync('cpio', ['-idm', '--quiet'], { cwd: root, input: content });
    assertUnpacked(root);
  });

  it('of ar gives its members back, those of odd length too', { skip: missingOnThisMachine('ar') }, () => {
    const members = [
      { name: 'debian-binary', content: Buffer.from('2.0\n') },
      { name: 'odd', content: Buffer.from('odd') },
      { name: 'last', content: Buffer.from('last') },
    ];
    const { path } = written('members.ar', arArchive(members, time));
    for (const { name, content } of members) {
      assert.deepEqual(execFileSync('ar', ['p', path, name]), content);
    }
  });

  it('of rpm is whole for rpm, and unpacked by it', {
    skip: missingOnThisMachine('rpm', 'rpm2cpio', 'cpio'),
  }, async () => {
    const content = await rpmArchive({
      name: 'sample',
      version: '1.2.3',
      release: '4',
      architecture: 'noarch',
      summary: 'A sample',
      description: 'Of everything.',
      license: 'Apache-2.0',
      url: 'https://holdfast.example/',
      vendor: 'Holdfast',
      time,
      requires: ['base'],
      scripts: { afterInstall: 'true', beforeRemoval: 'true', afterRemoval: 'true' },
      entries,
    });
    const { path, root } = written('sample.rpm', content);
    const rpm = (...words: string[]) => execFileSync('rpm', [...words, path], { encoding: 'utf8' });
    assert.match(rpm('-K'), /digests OK/);
    assert.equal(
      rpm('-qp', '--qf', '%{NEVRA} %{SIZE} %{BUILDTIME}'),
      `sample-1.2.3-4.noarch ${large.length + 36} ${time}`,
    );
    const listed = rpm('-qlp').trimEnd().split('\n');
    assert.deepEqual(
      listed,
      entries.map(({ path: name }) => `/${name}`),
    );
    assert.match(rpm('-qp', '--requires'), /^base$/m);
    const payload = execFileSync('rpm2cpio', [path], { maxBuffer: 1 << 24 });
    execFileSync('cpio', ['-idm', '--quiet'], { cwd: root, input: payload });
    assertUnpacked(root);
    const at = content.length - 100;
    content[at] = (content[at] ?? 0) ^ 1;
    const damaged = written('damaged.rpm', content);
    assert.throws(() => execFileSync('rpm', ['-K', damaged.path], { stdio: 'pipe' }));
  });
});
