/** An installed client in a Linux that boots, and the upgrades that its site orders. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpgradeMember } from '@holdfast/contract';
import { type BootedLinux, bootLinux } from './booted.ts';
import { memberIs, type OrderOptions, orderVersion } from './orders.ts';
import { type BuiltRelease, builtRelease, offerRelease } from './release.ts';
import { startTestSite, type TestSite, type TestSiteOptions } from './site.ts';

const state = '/var/lib/holdfast-client';
const unit = 'holdfast-client.service';

export type UpgradedLinux = {
  readonly built: BuiltRelease;
  readonly running: TestSite;
  readonly linux: BootedLinux;
  /** Path on this machine of a path in the state folder. */
  readonly state: (path: string) => string;
  /** Answer of a verb of the client. */
  readonly answer: <T>(...words: string[]) => Promise<T>;
  /** Has the site order a version for every client. */
  readonly order: (version: string, options?: OrderOptions) => Promise<string>;
  /** Waits until the member of an upgrade is so, for some minutes at most. */
  readonly memberIs: (upgradeId: string, states: readonly UpgradeMember['state'][]) => Promise<UpgradeMember>;
  readonly identity: () => string;
  readonly stop: () => Promise<void>;
};

export async function upgradedLinux(
  folder: string,
  name: string,
  options: Pick<TestSiteOptions, 'clock'> = {},
): Promise<UpgradedLinux> {
  const built = await builtRelease();
  const running = await startTestSite({ ...options, dataFolder: join(folder, 'site'), pollSeconds: 5 });
  await offerRelease(running.api, built);
  const linux = await bootLinux(folder, name);
  copyFileSync(built.find('deb', 'linux').path, linux.pathOf('/root/client.deb'));
  await linux.ask('dpkg', '--install', '/root/client.deb');
  const { managementPointUrl } = running.site;
  await linux.ask('holdfast-client', 'enrol', '--site', managementPointUrl, '--token', running.token);
  const log = async () => (await linux.run('journalctl', '--no-pager', '-n', '60', '-u', unit)).output;
  return {
    built,
    running,
    linux,
    state: (path) => linux.pathOf(`${state}/${path}`),
    answer: async (...words) => JSON.parse(await linux.ask('holdfast-client', ...words, '--json')),
    order: (version, options) => orderVersion(running.api, version, options),
    memberIs: (upgradeId, states) => memberIs(running.api, upgradeId, states, log),
    identity: () => readFileSync(linux.pathOf(`${state}/keys/identity.json`), 'utf8'),
    async stop() {
      await linux.stop();
      await running.site.close();
    },
  };
}

/** Whether a file lies in the state folder of it. */
export const lies = (one: UpgradedLinux, path: string): boolean => existsSync(one.state(path));
