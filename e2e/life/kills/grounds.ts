/** Where a client is set up to be killed: in a folder by its .tar.gz, or in a small Debian by its .deb. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clientNode } from '../../support/client.ts';
import { filesBelow } from './client-tree.ts';
import { inDebian, makeDebian } from './debian.ts';
import type { NodeLine } from './traced.ts';

export type Ground = {
  readonly name: string;
  readonly kind: 'tar.gz' | 'deb';
  /** @param place empty folder */
  make(place: string): Promise<void>;
  /** How the bootstrap is started for it. */
  line(place: string): NodeLine;
  /** Paths on this machine. */
  install(place: string): string;
  state(place: string): string;
  /** What is wrong outside of both folders. */
  faults(place: string): readonly string[];
};

/** One thread does the work of the disk, so that calls come in one order. */
const own = { UV_THREADPOOL_SIZE: '1', NODE_NO_WARNINGS: '1' };

/** @param program folder of the bootstrap @param asked its words that name the site */
export function folderGround(program: string, asked: readonly string[]): Ground {
  return {
    name: 'folder',
    kind: 'tar.gz',
    make: async (place) => void mkdirSync(join(place, 'root')),
    line: (place) => ({
      before: [clientNode],
      after: [
        join(program, 'setup.mjs'),
        '/noservice',
        `--folder=${place}/state`,
        `--root=${place}/root`,
        '--kind=tar.gz',
        ...asked,
        `INSTALLDIR=${place}/install`,
      ],
      environment: { ...process.env, ...own },
    }),
    install: (place) => join(place, 'install'),
    state: (place) => join(place, 'state'),
    faults: (place) =>
      readdirSync(place)
        .filter((name) => !['install', 'state', 'root'].includes(name))
        .map((name) => `${name} was left`),
  };
}

/** The install folder of the .deb, and the state folder. */
const [install, state] = ['opt/holdfast-client', 'var/lib/holdfast-client'];

/** What the package brings elsewhere, and what its scripts have systemd make. */
const beside = [
  'usr/bin/holdfast-client',
  'usr/bin/holdfast-setup',
  'lib/systemd/system/holdfast-client.service',
  'lib/systemd/system/holdfast-rescue.service',
  'lib/systemd/system/holdfast-rescue.timer',
  'etc/systemd/system/multi-user.target.wants/holdfast-client.service',
  'etc/systemd/system/timers.target.wants/holdfast-rescue.timer',
];

export function debianGround(program: string, asked: readonly string[]): Ground {
  const also = [[program, 'root'] as const, [dirname(realpathSync(clientNode)), 'srv'] as const];
  return {
    name: 'debian',
    kind: 'deb',
    make: makeDebian,
    line: (place) => ({
      before: inDebian(place, ['/srv/node'], also),
      after: ['/root/setup.mjs', '/noservice', ...asked],
      environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root', ...own },
    }),
    install: (place) => join(place, install),
    state: (place) => join(place, state),
    faults: faultsOfDebian,
  };
}

function faultsOfDebian(root: string): readonly string[] {
  const faults = beside
    .filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined)
    .map((path) => `${path} is missing`);
  const dpkg = (...words: string[]) =>
    execFileSync('dpkg', [`--root=${root}`, ...words], { encoding: 'utf8' }).trim();
  const status = execFileSync(
    'dpkg-query',
    [`--admindir=${join(root, 'var/lib/dpkg')}`, '--show', '--showformat=${Status}', 'holdfast-client'],
    { encoding: 'utf8' },
  );
  if (status !== 'install ok installed') faults.push(`dpkg has it as ${status}`);
  for (const question of ['--audit', '--verify']) {
    const said = dpkg(question);
    if (said !== '') faults.push(`dpkg ${question}: ${said}`);
  }
  const left = ['opt', 'usr/bin', 'lib/systemd', 'etc/systemd']
    .flatMap((folder) => filesBelow(join(root, folder)).map((path) => join(folder, path)))
    .filter((path) => !path.startsWith(install) && !beside.includes(path));
  return [...faults, ...left.map((path) => `${path} was left`)];
}
