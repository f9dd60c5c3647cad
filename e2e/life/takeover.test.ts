/** A foreign agent, a real package with a service of systemd, taken over by the client of the .deb; and put back where that goes wrong. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CollectionSummary,
  Page,
  StatusRow,
  TakeoverDetail,
  TakeoverMember,
  TakeoverRule,
} from '@holdfast/contract';
import type { Api } from '../support/api.ts';
import { type BootedLinux, bootingMissing, bootLinux } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine, onlyInFull } from '../support/needs.ts';
import { builtRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const folder = temporaryFolder();
const clientUnit = 'holdfast-client.service';
const driver = '/var/lib/holdfast-client/components/screen';

let linux: BootedLinux;
let site: TestSite;
let api: Api;

type Agent = {
  readonly name: string;
  /** Run when its files are gone, as part of its removal. */
  readonly removed?: string;
};

const programOf = ({ name }: Agent) => `/opt/${name}/remoted`;
const unitOf = ({ name }: Agent) => `${name}.service`;

/** Builds its package: one program, one service that is its remote control. Installs it. */
async function installAgent(agent: Agent): Promise<void> {
  const { name, removed = 'true' } = agent;
  const tree = join(folder.path, name);
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
    chmodSync(join(tree, path), mode);
  };
  write(programOf(agent), '#!/bin/sh\nwhile :; do sleep 1; done\n', 0o755);
  write(
    `/usr/lib/systemd/system/${unitOf(agent)}`,
    `[Unit]\nDescription=Remote control of ${name}\n[Service]\nExecStart=${programOf(agent)}\n[Install]\nWantedBy=multi-user.target\n`,
  );
  write(
    'DEBIAN/control',
    `Package: ${name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Remotely <nobody@example.com>\nDescription: agent\n`,
  );
  write(
    'DEBIAN/postinst',
    `#!/bin/sh\nsystemctl daemon-reload\nsystemctl enable --now ${unitOf(agent)}\n`,
    0o755,
  );
  write('DEBIAN/prerm', `#!/bin/sh\nsleep 3\nsystemctl disable --now ${unitOf(agent)}\n`, 0o755);
  write('DEBIAN/postrm', `#!/bin/sh\nsystemctl daemon-reload\n${removed}\n`, 0o755);
  const file = join(folder.path, `${name}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, file]);
  copyFileSync(file, linux.pathOf(`/root/${name}.deb`));
  await linux.ask('dpkg', '--install', `/root/${name}.deb`);
  assert.equal(await linux.ask('systemctl', 'is-active', unitOf(agent)), 'active');
}

const ruleFor = (agent: Agent): TakeoverRule => ({
  name: agent.name,
  platform: 'linux',
  recognizedBy: [
    { kind: 'package', manager: 'dpkg', name: agent.name },
    { kind: 'service', service: unitOf(agent) },
  ],
  remoteControl: {
    services: [unitOf(agent)],
    files: [{ path: programOf(agent), as: 'program' }, { path: `/usr/lib/systemd/system/${unitOf(agent)}` }],
  },
  removal: { kind: 'dpkg', packages: [agent.name] },
  maxRunMinutes: 5,
});

async function takeOver(agent: Agent): Promise<string> {
  const { items } = await api.get<Page<CollectionSummary>>('/collections');
  const collectionId = items.find(({ builtIn }) => builtIn)?.id;
  const body = { collectionId, mode: 'take-over', rule: ruleFor(agent) };
  return (await api.post<TakeoverDetail>('/takeovers', body)).id;
}

const memberOf = async (id: string) =>
  (await api.get<Page<TakeoverMember>>(`/takeovers/${id}/clients`)).items[0];

/** Looks until it is so, for some minutes at most. */
async function until(what: string, so: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 180_000;
  while (!(await so())) {
    if (Date.now() > end) {
      const { output } = await linux.run('journalctl', '--no-pager', '-n', '60');
      assert.fail(`${what} did not come:\n${output}`);
    }
    await sleep(200);
  }
}

const stateBecomes = (id: string, state: string) =>
  until(state, async () => (await memberOf(id))?.state === state);

const missing = bootingMissing() || missingOnThisMachine('dpkg-deb') || onlyInFull();

describe('a foreign agent', { skip: missing }, () => {
  before(async () => {
    const { path } = (await builtRelease()).find('deb', 'linux');
    site = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
    api = site.api;
    linux = await bootLinux(folder.path, `hf-takeover-${process.pid}`);
    copyFileSync(path, linux.pathOf('/root/client.deb'));
    await linux.ask('dpkg', '--install', '/root/client.deb');
    const { managementPointUrl } = site.site;
    await linux.ask('holdfast-client', 'enrol', '--site', managementPointUrl, '--token', site.token);
    await until('a screen driver in use', async () => {
      const { items } = await api.get<Page<StatusRow>>('/status?limit=100');
      return items.some(({ code }) => code === 30_045);
    });
  });
  after(async () => {
    await linux?.stop();
    await site?.site.close();
    folder.remove();
  });

  it('is taken over, also where the client is killed while it is removed', async () => {
    const agent: Agent = { name: 'remotely-one' };
    await installAgent(agent);
    const id = await takeOver(agent);
    // Its own clean-up takes seconds.
    await until('the removal', async () => (await linux.run('pgrep', '-x', 'dpkg')).code === 0);
    assert.notEqual(await isActive(agent), 'active', 'its remote control was stopped before it was removed');
    await linux.ask('systemctl', 'kill', '--kill-whom=main', '--signal=SIGKILL', clientUnit);
    await stateBecomes(id, 'taken-over');
    assert.match((await memberOf(id))?.text ?? '', /is gone; the screen driver: .*There is no screen here/);
    // A package with a postrm is known until it is purged.
    const format = '--showformat=${db:Status-Status}';
    assert.equal(await linux.ask('dpkg-query', '--show', format, agent.name), 'config-files');
    assert.notEqual((await linux.run('test', '-e', programOf(agent))).code, 0);
    assert.equal(await linux.ask('dpkg', '--audit'), '');
    assert.equal(await linux.ask('sh', '-c', 'ls /var/lib/holdfast-client/takeover'), 'work.journal');
  });

  it('has its remote control back where ours fails once it is gone, and after the next start too', async () => {
    const agent: Agent = { name: 'remotely-two', removed: `rm -f ${driver}/*/screen.mjs` };
    await installAgent(agent);
    const program = readFileSync(linux.pathOf(programOf(agent)));
    const id = await takeOver(agent);
    await stateBecomes(id, 'put-back');
    assert.match((await memberOf(id))?.text ?? '', /put back: .*is damaged/);
    assert.equal(await isActive(agent), 'active');
    assert.equal(await linux.ask('systemctl', 'is-enabled', unitOf(agent)), 'enabled');
    assert.deepEqual(readFileSync(linux.pathOf(programOf(agent))), program);
    await linux.reboot();
    await until('its remote control', async () => (await isActive(agent)) === 'active');
  });

  it('is left alone while ours fails from the beginning', async () => {
    const agent: Agent = { name: 'remotely-three' };
    await installAgent(agent);
    await linux.ask('sh', '-c', `rm -f ${driver}/*/screen.mjs`);
    const id = await takeOver(agent);
    await stateBecomes(id, 'waiting');
    assert.match((await memberOf(id))?.text ?? '', /waits for its own screen driver: /);
    assert.equal(await isActive(agent), 'active');
    await linux.ask('dpkg-query', '--status', agent.name);
  });
});

const isActive = async (agent: Agent) =>
  (await linux.run('systemctl', 'is-active', unitOf(agent))).output.trim();
