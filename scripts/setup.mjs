/** Set-up that any Node 20 can run: locked dependencies, the pinned Node, and Debian's packages for the suites. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(projectFolder, 'node_modules', '.holdfast-lock');

/** Installs what the lockfile names, if it changed since the last time. Everything it prints goes to standard error. */
export function ensureDependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(projectFolder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Installing the locked dependencies ...\n');
  // No install script runs: what has a native part brings it prebuilt inside its package. Not `npm ci`: it refuses
  // a lockfile without the entries of optional packages for other platforms that a registry does not carry.
  const npm = process.env.npm_execpath;
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const installed = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: projectFolder, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, {
        cwd: projectFolder,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      });
  if (installed.status !== 0) {
    process.stderr.write('npm install failed: see above. Nothing else was started.\n');
    process.exit(installed.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}

/** Path of the Node that the project pins; on platforms without a pinned one this Node, if it is new enough. */
export function pinnedNode() {
  const folder = join(
    projectFolder,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  );
  for (const name of ['bin/node', 'bin/node.exe']) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `Holdfast needs Node 24, there is no pinned one for ${process.platform}-${process.arch}, and this is Node ${process.versions.node}.\n`,
  );
  process.exit(1);
}

/** The Debian packages of scripts/debian-packages.txt that are not installed. */
function missingDebianPackages() {
  const wanted = readFileSync(join(projectFolder, 'scripts', 'debian-packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const installed = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n'], {
    encoding: 'utf8',
  });
  const present = new Set(
    installed.stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  );
  return wanted.filter((name) => !present.has(name));
}

/**
 * The suites start their own servers: none of the packages is to open a port of this machine (policy-rc.d, Debian policy
 * manual 9.3.3.1). A rule that is there already is left alone.
 */
function startingNothing(install) {
  const rule = '/usr/sbin/policy-rc.d';
  if (existsSync(rule)) return install();
  writeFileSync(rule, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(rule, { force: true });
  }
}

/** On Debian as root, installs the packages that the suites need. Elsewhere a suite says itself what it lacks. */
export function ensureDebianPackages() {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  const missing = missingDebianPackages();
  if (missing.length === 0) return;
  process.stderr.write(`Installing Debian packages: ${missing.join(' ')} ...\n`);
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    startingNothing(() => {
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
    });
  } catch {
    process.stderr.write(
      'apt-get failed: the suites that need those packages are skipped with their reason.\n',
    );
  }
}
