/** The Linux packages of the client, installed by the system's own installers into folders. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { holdfastVersion } from '@holdfast/contract';
import { dpkgRootArguments, prepareDpkgRoot } from '@holdfast/machine';
import { buildRelease } from '../../scripts/build-client.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { type BuiltRelease, builtRelease } from '../support/release.ts';
import { treeFiles } from '../support/tree.ts';

const folder = temporaryFolder();
after(() => folder.remove());

let built: BuiltRelease;
before(async () => {
  built = await builtRelease();
});

/** What the client's install folder has to be. */
function assertInstalled(install: string, architecture: string): void {
  const wanted = treeFiles(join(built.folder, `linux-${architecture}`));
  assert.deepEqual([...treeFiles(install)], [...wanted]);
  assert.equal(statSync(join(install, 'bin/holdfast-client')).mode & 0o777, 0o755);
  assert.equal(statSync(join(install, 'runtime/node')).mode & 0o777, 0o755);
  assert.equal(statSync(join(install, 'launcher/launcher.mjs')).mode & 0o777, 0o644);
}

const versionOf = (program: string) => execFileSync(program, ['--version'], { encoding: 'utf8', cwd: '/' });

describe('the .tar.gz', { skip: missingOnThisMachine('tar') }, () => {
  it('holds the install folder, and what is in it runs where it was unpacked', () => {
    const root = join(folder.path, 'tar');
    mkdirSync(root);
    execFileSync('tar', ['-xzf', built.find('tar.gz', 'linux').path, '-C', root]);
    assertInstalled(root, 'x64');
    assert.equal(versionOf(join(root, 'bin/holdfast-client')), `${holdfastVersion}\n`);
    const help = execFileSync(join(root, 'bin/holdfast-setup'), ['--help'], { encoding: 'utf8', cwd: '/' });
    assert.match(help, /holdfast-setup/);
  });
});

describe('the .deb', { skip: missingOnThisMachine('dpkg') }, () => {
  const root = join(folder.path, 'debian');
  const state = join(root, 'var/lib/holdfast-client');
  // The root is empty: its scripts run outside of it, and what the package needs is not in its database.
  const dpkg = (...words: string[]) =>
    execFileSync(
      'dpkg',
      [...dpkgRootArguments(root), '--force-script-chrootless', '--force-depends', ...words],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  const enabled = join(root, 'etc/systemd/system/multi-user.target.wants/holdfast-client.service');
  const unit = join(root, 'lib/systemd/system/holdfast-client.service');

  it('is installed by dpkg, file by file, with programs on the path and units that are enabled', async () => {
    await prepareDpkgRoot(root);
    dpkg('--install', built.find('deb', 'linux').path);
    assertInstalled(join(root, 'opt/holdfast-client'), 'x64');
    assert.equal(versionOf(join(root, 'usr/bin/holdfast-client')), `${holdfastVersion}\n`);
    assert.ok(existsSync(unit));
    assert.ok(lstatSync(enabled).isSymbolicLink());
    assert.ok(lstatSync(join(root, 'etc/systemd/system/timers.target.wants/holdfast-rescue.timer')));
    assert.equal(dpkg('--verify', 'holdfast-client'), '');
  });

  it('tells by dpkg --verify what was damaged, and is restored by the same package', () => {
    const launcher = join(root, 'opt/holdfast-client/launcher/launcher.mjs');
    rmSync(launcher);
    rmSync(unit);
    assert.match(dpkg('--verify', 'holdfast-client'), /launcher\/launcher\.mjs/);
    dpkg('--install', built.find('deb', 'linux').path);
    assert.equal(dpkg('--verify', 'holdfast-client'), '');
    assertInstalled(join(root, 'opt/holdfast-client'), 'x64');
  });

  it('is replaced by a newer version, and what only the older one had is gone', async () => {
    const output = join(folder.path, 'newer');
    const asked = { platform: 'linux', architecture: 'x64', kinds: ['deb'] } as const;
    const [newer] = await buildRelease({ output, version: '0.1.9', ...asked });
    dpkg('--install', join(output, newer?.name ?? ''));
    assert.deepEqual(
      [...treeFiles(join(root, 'opt/holdfast-client'))],
      [...treeFiles(join(output, 'linux-x64'))],
    );
    assert.equal(versionOf(join(root, 'usr/bin/holdfast-client')), '0.1.9\n');
    assert.equal(dpkg('--verify', 'holdfast-client'), '');
  });

  it('leaves the state when it is removed, and nothing when it is purged', () => {
    mkdirSync(state, { recursive: true });
    dpkg('--remove', 'holdfast-client');
    assert.equal(existsSync(join(root, 'opt/holdfast-client')), false);
    assert.equal(existsSync(unit), false);
    assert.throws(() => lstatSync(enabled), { code: 'ENOENT' });
    assert.ok(existsSync(state));
    dpkg('--purge', 'holdfast-client');
    assert.equal(existsSync(state), false);
  });

  it('for arm64 says so, and holds what was built for it', { skip: missingOnThisMachine('dpkg-deb') }, () => {
    const { path } = built.find('deb', 'linux', 'arm64');
    assert.equal(execFileSync('dpkg-deb', ['-f', path, 'Architecture'], { encoding: 'utf8' }), 'arm64\n');
    const unpacked = join(folder.path, 'arm64');
    execFileSync('dpkg-deb', ['-x', path, unpacked]);
    assertInstalled(join(unpacked, 'opt/holdfast-client'), 'arm64');
  });
});

describe('the .rpm', { skip: missingOnThisMachine('rpm') }, () => {
  const root = join(folder.path, 'rpm');
  const rpm = (...words: string[]) => execFileSync('rpm', words, { encoding: 'utf8', stdio: 'pipe' });
  // The root is empty: nothing that it needs is in its database, and no shell runs its scripts.
  const inRoot = ['--root', root, '--nodeps', '--noscripts'];

  it('has digests that rpm agrees with, for both architectures', () => {
    for (const architecture of ['x64', 'arm64'] as const) {
      assert.match(rpm('-K', built.find('rpm', 'linux', architecture).path), /digests OK/);
    }
    const { path } = built.find('rpm', 'linux', 'arm64');
    assert.equal(rpm('-qp', '--qf', '%{NEVRA}', path), `holdfast-client-${holdfastVersion}-1.aarch64`);
  });

  it('is installed by rpm, file by file, and found whole by rpm --verify', () => {
    mkdirSync(root);
    rpm('-i', ...inRoot, built.find('rpm', 'linux').path);
    assertInstalled(join(root, 'opt/holdfast-client'), 'x64');
    assert.equal(
      readlinkSync(join(root, 'usr/bin/holdfast-client')),
      '../../opt/holdfast-client/bin/holdfast-client',
    );
    assert.ok(existsSync(join(root, 'usr/lib/systemd/system/holdfast-rescue.timer')));
    assert.equal(rpm('--root', root, '-V', '--nodeps', 'holdfast-client'), '');
  });

  it('is restored by the same package, and leaves nothing of its own when it is removed', () => {
    const launcher = join(root, 'opt/holdfast-client/launcher/launcher.mjs');
    rmSync(launcher);
    assert.throws(() => rpm('--root', root, '-V', '--nodeps', 'holdfast-client'));
    rpm('-U', '--replacepkgs', ...inRoot, built.find('rpm', 'linux').path);
    assert.equal(rpm('--root', root, '-V', '--nodeps', 'holdfast-client'), '');
    rpm('-e', ...inRoot, 'holdfast-client');
    assert.equal(existsSync(join(root, 'opt/holdfast-client')), false);
    assert.equal(existsSync(join(root, 'usr/bin/holdfast-client')), false);
  });

  it('has scripts that the shell can read', () => {
    const scripts = rpm('-qp', '--scripts', built.find('rpm', 'linux').path);
    assert.match(scripts, /postinstall scriptlet[\s\S]*preuninstall scriptlet[\s\S]*postuninstall scriptlet/);
    const text = readFileSync(join(import.meta.dirname, '../../packages/cli/package/maintain.sh'), 'utf8');
    for (const [name, words] of [
      ['POSTIN', 'if [ "$1" -gt 1 ]; then came again; else came ""; fi'],
      ['PREUN', 'if [ "$1" -eq 0 ]; then goes; fi'],
      ['POSTUN', 'if [ "$1" -eq 0 ]; then gone; fi'],
    ] as const) {
      const script = rpm('-qp', '--qf', `%{${name}}`, built.find('rpm', 'linux').path);
      assert.ok(script.includes(text) && script.includes(words), name);
      execFileSync('sh', ['-n', '-c', script]);
    }
  });
});
