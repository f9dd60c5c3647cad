/** Either starter heals the other, under a real systemd: stopped, disabled, masked, deleted, damaged; and with no runtime left. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientPackage, Page, StatusRow } from '@holdfast/contract';
import type { StarterState } from '@holdfast/ports';
import { type BootedLinux, bootingMissing, bootLinux } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { onlyInFull } from '../support/needs.ts';
import { builtRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const folder = temporaryFolder();
const service = 'holdfast-client.service';
const timer = 'holdfast-rescue.timer';
const rescue = 'holdfast-rescue.service';
const state = '/var/lib/holdfast-client';
const units = '/usr/lib/systemd/system';

let linux: BootedLinux;
let site: TestSite;
let deb: ClientPackage;

/** What an administrator, a cleaner or a bad day does to a unit. */
const misfortunes: Readonly<Record<string, (unit: string) => readonly string[]>> = {
  stopped: (unit) => ['systemctl', 'stop', unit],
  disabled: (unit) => ['systemctl', 'disable', '--now', unit],
  masked: (unit) => ['systemctl', 'mask', '--now', unit],
  'its file deleted': (unit) => [
    'sh',
    '-c',
    `systemctl stop ${unit}; rm ${units}/${unit}; systemctl daemon-reload`,
  ],
  'its file damaged': (unit) => [
    'sh',
    '-c',
    `systemctl stop ${unit}; echo '[Service]' >${units}/${unit}; systemctl daemon-reload`,
  ],
  'its command changed': (unit) => [
    'sh',
    '-c',
    `systemctl stop ${unit}; mkdir -p /etc/systemd/system/${unit}.d; printf '[Unit]\nConditionPathExists=/nowhere\n' >/etc/systemd/system/${unit}.d/x.conf; systemctl daemon-reload`,
  ],
};

/** All of them with `--full`, where more is waited for. */
const chosen = Object.entries(misfortunes).filter(
  ([what]) => onlyInFull() === false || what === 'masked' || what === 'its file deleted',
);

/** What `starters look` answers, which ends with 1 where something is wrong. */
async function looked(starter: string): Promise<readonly [StarterState]> {
  const { output } = await linux.run('holdfast-client', 'starters', 'look', starter, '--json');
  return JSON.parse(output) as [StarterState];
}

async function assertWell(starter: string, after: string): Promise<void> {
  const [{ present, asDefined, enabled, active, reason }] = await looked(starter);
  const found = { present, asDefined, enabled, active };
  const log = await linux.run('journalctl', '--no-pager', '-n', '40', '-u', rescue);
  assert.deepEqual(
    found,
    { present: true, asDefined: true, enabled: true, active: true },
    `${after}: ${reason}\n${log.output}`,
  );
}

/** The second starter as its timer starts it. */
const runSecond = () => linux.ask('systemctl', 'start', rescue);

async function until(what: string, so: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await so())) {
    if (Date.now() > end) assert.fail(`${what} did not come`);
    await sleep(250);
  }
}

describe('either starter heals the other', { skip: bootingMissing() }, () => {
  before(async () => {
    const { path, ...about } = (await builtRelease()).find('deb', 'linux');
    deb = about;
    site = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 60 });
    linux = await bootLinux(folder.path, `hf-starters-${process.pid}`);
    const kept = linux.pathOf(`${state}/package`);
    mkdirSync(kept, { recursive: true });
    copyFileSync(path, join(kept, deb.name));
    const record = { package: deb, version: '0.1.0', floor: '0.0.0' };
    writeFileSync(join(kept, 'package.json'), JSON.stringify(record));
    await linux.ask('dpkg', '--install', `${state}/package/${deb.name}`);
    const { managementPointUrl } = site.site;
    await linux.ask('holdfast-client', 'enrol', '--site', managementPointUrl, '--token', site.token);
    await until('the service', async () => (await looked('service'))[0].active);
  });
  after(async () => {
    await linux?.stop();
    await site?.site.close();
    folder.remove();
  });

  it('the second starter heals the service, whatever was done to it', async () => {
    for (const [what, words] of chosen) {
      await linux.ask(...(words(service) as [string]));
      assert.equal((await looked('service'))[0].active, false, what);
      await runSecond();
      await assertWell('service', what);
    }
  });

  it('changes nothing where all is well', async () => {
    const pid = await linux.ask('systemctl', 'show', '--value', '--property=MainPID', service);
    await runSecond();
    assert.equal(await linux.ask('systemctl', 'show', '--value', '--property=MainPID', service), pid);
  });

  it('the client heals the second starter, whatever was done to it', async () => {
    for (const [number, [what, words]] of chosen.entries()) {
      await linux.ask(...(words(timer) as [string]));
      assert.equal((await looked('second'))[0].active, false, what);
      // Of itself it mends one thing three times a day; more often it has to be told to.
      const verb = number < 3 ? ['health', '--evaluate'] : ['repair'];
      await linux.run('holdfast-client', ...verb);
      await assertWell('second', what);
    }
  });

  it('the site hears of each rescue', async () => {
    const codes = async () => {
      const { items } = await site.api.get<Page<StatusRow>>('/status?limit=200');
      return items.filter(({ code }) => code === 30_046);
    };
    await until('the messages', async () => (await codes()).length >= chosen.length);
    assert.match(JSON.stringify(await codes()), /masked/);
    assert.deepEqual(readdirSync(linux.pathOf(`${state}/rescue/spool`)), []);
  });

  it('with no runtime left, the shell installs the kept package, and the client comes back with who it was', async () => {
    const before = JSON.parse(await linux.ask('holdfast-client', 'status', '--json')) as { clientId: string };
    await linux.ask(
      'sh',
      '-c',
      `rm -r /opt/holdfast-client/runtime; systemctl kill --signal=SIGKILL ${service}`,
    );
    assert.ok(!existsSync(linux.pathOf('/opt/holdfast-client/runtime/node')));
    await runSecond();
    await until('the service', async () => (await looked('service'))[0].active);
    const after = JSON.parse(await linux.ask('holdfast-client', 'status', '--json')) as { clientId: string };
    assert.equal(after.clientId, before.clientId);
    assert.match(readFileSync(linux.pathOf(`${state}/rescue/holdfast-rescue.log`), 'utf8'), /works again/);
  });

  it('a kept package that is damaged is not installed, and the shell says so', async () => {
    const path = linux.pathOf(`${state}/package/${deb.name}`);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await linux.ask('mv', '/opt/holdfast-client/runtime', '/opt/holdfast-client/away');
    const { code } = await linux.run(
      'env',
      'HOLDFAST_RESCUE_PATIENCE=0',
      '/bin/sh',
      '/opt/holdfast-client/bin/holdfast-rescue',
    );
    assert.equal(code, 1);
    assert.match(
      readFileSync(linux.pathOf(`${state}/rescue/holdfast-rescue.log`), 'utf8'),
      /no whole package/,
    );
    await linux.ask('mv', '/opt/holdfast-client/away', '/opt/holdfast-client/runtime');
  });
});
