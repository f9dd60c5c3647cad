/** A small Debian in a folder: this machine's programs, a package database and everything else of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDpkgRoot } from '@holdfast/machine';
import { missingOnThisMachine } from '../../support/needs.ts';

/** What the client's package depends on. */
const dependencies = ['libc6', 'libstdc++6', 'libgcc-s1'];

/** Folders of this machine that are seen in it, by where: its own /lib and /usr/bin are its package manager's to write. */
const seen: readonly (readonly [here: string, there: string])[] = [
  ['/usr/bin', 'bin'],
  ['/usr/sbin', 'sbin'],
  ['/usr/lib', 'usr/lib'],
  ['/usr/lib64', 'usr/lib64'],
  ['/usr/share', 'usr/share'],
  ['/dev', 'dev'],
  ['/proc', 'proc'],
];

/** Mounts what is seen, in a name space of its own that ends with the program, and becomes the program. */
const entering = `set -e; root=$1; shift; while [ "$1" != -- ]; do mount --rbind "$1" "$root/$2"; shift 2; done; shift
exec chroot "$root" "$@"`;

/** Why none can be had; false where it can. */
export function debianMissing(): string | false {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const missing = missingOnThisMachine('dpkg', 'dpkg-query', 'unshare', 'mount', 'chroot');
  if (missing !== false) return missing;
  const probe = spawnSync('unshare', ['--mount', 'mount', '--bind', '/usr', '/usr'], { encoding: 'utf8' });
  return probe.status === 0 ? false : `no name space here: ${probe.stderr}`;
}

/** @param root empty folder */
export async function makeDebian(root: string): Promise<void> {
  for (const [here, there] of seen) if (existsSync(here)) mkdirSync(join(root, there), { recursive: true });
  for (const name of [
    'etc/systemd/system',
    'lib/systemd/system',
    'usr/bin',
    'opt',
    'run',
    'srv',
    'tmp',
    'root',
  ]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  for (const name of readdirSync('/usr/lib')) {
    if (name.includes('-linux-')) symlinkSync(`../usr/lib/${name}`, join(root, 'lib', name));
  }
  if (existsSync('/usr/lib64')) symlinkSync('usr/lib64', join(root, 'lib64'));
  for (const name of ['passwd', 'group', 'nsswitch.conf', 'ld.so.cache', 'hosts']) {
    cpSync(join('/etc', name), join(root, 'etc', name), { dereference: true });
  }
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian, for tests"\n');
  writeFileSync(join(root, 'etc/machine-id'), `${'7'.repeat(32)}\n`);
  await prepareDpkgRoot(root);
  const admin = join(root, 'var/lib/dpkg');
  writeFileSync(
    join(admin, 'status'),
    execFileSync('dpkg-query', ['--status', ...dependencies], { encoding: 'utf8' }).replace(/\n*$/, '\n\n'),
  );
  for (const name of dependencies) {
    for (const { base } of namesOf(name))
      for (const kind of ['list', 'md5sums']) writeFileSync(join(admin, 'info', `${base}.${kind}`), '');
  }
}

/** As dpkg names the files of a package: one that several architectures may have side by side has its own in them. */
function namesOf(name: string): readonly { readonly base: string }[] {
  const format = '${Multi-Arch} ${Package} ${Architecture}\\n';
  const text = execFileSync('dpkg-query', ['--show', `--showformat=${format}`, name], { encoding: 'utf8' });
  return [...text.matchAll(/^(\S*) (\S+) (\S+)$/gm)].map(([, multi, own = '', architecture]) => ({
    base: multi === 'same' ? `${own}:${architecture}` : own,
  }));
}

/** The words that run a program inside. @param also folders or files of this machine, by where they are seen inside */
export function inDebian(
  root: string,
  program: readonly string[],
  also: readonly (readonly [here: string, there: string])[] = [],
): [string, ...string[]] {
  const mounts = [...seen, ...also].filter(([here]) => existsSync(here)).flat();
  return ['unshare', '--mount', 'sh', '-c', entering, 'sh', root, ...mounts, '--', ...program];
}
