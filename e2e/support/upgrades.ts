/** An installed client in a Linux that boots, and the upgrades that its site orders. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientUpgradeDetail, CollectionSummary, Page, UpgradeMember } from '@holdfast/contract';
import { type BootedLinux, bootLinux } from './booted.ts';
import { type BuiltRelease, builtRelease, offerRelease } from './release.ts';
import { startTestSite, type TestSite } from './site.ts';

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
  readonly order: (
    version: string,
    options?: { action?: 'upgrade' | 'rollback'; trialSeconds?: number },
  ) => Promise<string>;
  /** Waits until the member of an upgrade is so, for some minutes at most. */
  readonly memberIs: (upgradeId: string, states: readonly UpgradeMember['state'][]) => Promise<UpgradeMember>;
  readonly identity: () => string;
  readonly stop: () => Promise<void>;
};

/** Minutes in which an upgrade must have ended: a sick version has ten. */
const limitMinutes = 20;

export async function upgradedLinux(folder: string, name: string): Promise<UpgradedLinux> {
  const built = await builtRelease();
  const running = await startTestSite({ dataFolder: join(folder, 'site'), pollSeconds: 5 });
  await offerRelease(running.api, built);
  const linux = await bootLinux(folder, name);
  copyFileSync(built.find('deb', 'linux').path, linux.pathOf('/root/client.deb'));
  await linux.ask('dpkg', '--install', '/root/client.deb');
  const { managementPointUrl } = running.site;
  await linux.ask('holdfast-client', 'enrol', '--site', managementPointUrl, '--token', running.token);
  const { items } = await running.api.get<Page<CollectionSummary>>('/collections');
  const [all] = items;
  assert.ok(all);
  const member = async (upgradeId: string) =>
    (await running.api.get<Page<UpgradeMember>>(`/client-upgrades/${upgradeId}/members`)).items[0];
  return {
    built,
    running,
    linux,
    state: (path) => linux.pathOf(`${state}/${path}`),
    answer: async (...words) => JSON.parse(await linux.ask('holdfast-client', ...words, '--json')),
    async order(version, { action = 'upgrade', trialSeconds = 5 } = {}) {
      const made = await running.api.post<ClientUpgradeDetail>('/client-upgrades', {
        action,
        version,
        collectionId: all.id,
        spreadSeconds: 0,
        settleSeconds: 0,
        trialSeconds,
      });
      assert.ok(made.id);
      return made.id;
    },
    async memberIs(upgradeId, states) {
      const end = Date.now() + limitMinutes * 60_000;
      for (;;) {
        const seen = await member(upgradeId);
        if (seen && states.includes(seen.state)) return seen;
        if (Date.now() > end) {
          const { output } = await linux.run('journalctl', '--no-pager', '-n', '60', '-u', unit);
          assert.fail(`it is not ${states.join(' or ')}: ${JSON.stringify(seen)}\n${output}`);
        }
        await sleep(1_000);
      }
    },
    identity: () => readFileSync(linux.pathOf(`${state}/keys/identity.json`), 'utf8'),
    async stop() {
      await linux.stop();
      await running.site.close();
    },
  };
}

/** Whether a file lies in the state folder of it. */
export const lies = (one: UpgradedLinux, path: string): boolean => existsSync(one.state(path));
