/** A small Debian with an installed client on it, whose service is started again by a manager of the test. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unitTexts } from '@holdfast/machine';
import { bundleProgram } from '../../../scripts/bundle.ts';
import { clientNode } from '../../support/client.ts';
import { inDebian, makeDebian } from './debian.ts';
import type { NodeLine } from './traced.ts';

/** Where the client is seen inside, and where its state lies. */
const install = 'opt/holdfast-client';
export const stateOf = (place: string): string => join(place, 'var/lib/holdfast-client');

/** Answers for systemd: the machine has started, the units are as they were installed, a restart is the manager's to do. */
const systemctl = `#!/bin/sh
case "$1" in
  is-system-running) echo running ;;
  restart) read -r _ _ _ manager _ <"/proc/$PPID/stat" && kill -USR2 "$manager" ;;
  show)
    for unit; do :; done
    printf '%s\\n' LoadState=loaded ActiveState=active SubState=running UnitFileState=enabled \\
      "FragmentPath=/lib/systemd/system/$unit" DropInPaths= NeedDaemonReload=no ;;
esac
`;

export type ServiceGround = {
  /** Makes a machine with a client that is enrolled. @param place empty folder */
  make(place: string): Promise<void>;
  /** The manager, with the client as its service. */
  line(place: string): NodeLine;
};

export type ServiceGroundOptions = {
  /** Folder for the manager. */
  readonly folder: string;
  /** Install folder of the client, which all machines see. */
  readonly installed: string;
  readonly site: string;
  readonly token: string;
};

/** One thread does the work of the disk, so that calls come in one order. */
const environment = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  UV_THREADPOOL_SIZE: '1',
  NODE_NO_WARNINGS: '1',
};

export async function serviceGround(options: ServiceGroundOptions): Promise<ServiceGround> {
  const { folder, installed, site, token } = options;
  await bundleProgram({
    entries: { manager: 'e2e/life/kills/manager.ts' },
    output: folder,
    target: 'node22',
    external: [],
    sourceMaps: false,
    alone: true,
  });
  const also = [
    [folder, 'root'],
    [dirname(realpathSync(clientNode)), 'srv'],
    [installed, install],
    ['/sys', 'sys'],
  ] as const;
  const client = `/${install}/bin/holdfast-client`;
  return {
    async make(place) {
      await makeDebian(place);
      for (const path of ['run/systemd/system', 'var/lib/systemd', install, 'sys']) {
        mkdirSync(join(place, path), { recursive: true });
      }
      for (const [name, text] of Object.entries(unitTexts())) {
        writeFileSync(join(place, 'lib/systemd/system', name), text);
      }
      const stand = join(place, 'usr/bin/systemctl');
      writeFileSync(stand, systemctl);
      chmodSync(stand, 0o755);
      const enrol = ['enrol', '--site', site, '--token', token];
      const [program, ...words] = inDebian(place, [client, ...enrol], also);
      await promisify(execFile)(program, words, { env: environment, timeout: 60_000 });
    },
    line: (place) => ({
      before: inDebian(place, ['/srv/node'], also),
      after: ['/root/manager.mjs', client, 'service'],
      environment,
    }),
  };
}
