/** Debian 11 becomes Debian 12 in place, in one go or with the power cut in the middle of it: the client inside is not lost. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { statusCode } from '@holdfast/contract';
import { debianMissing, type Upgrade } from '../support/debian.ts';
import { temporaryFolder } from '../support/folders.ts';
import { onlyInFull } from '../support/needs.ts';
import {
  type DebianClient,
  type DebianSite,
  failures,
  newDebianClient,
  startDebianSite,
} from './debian-clients.ts';

const folder = temporaryFolder();

/** Lines of dpkg's log at which the power is cut. */
const cuts = [
  {
    name: 'cut-libc',
    what: 'while the C library was replaced',
    reached: / status half-installed libc6:/,
  },
  {
    name: 'cut-named',
    what: 'when it called itself Debian 12 already',
    reached: / status unpacked base-files:\S+ 12/,
  },
  {
    name: 'cut-systemd',
    what: 'while systemd was replaced',
    reached: / status half-installed systemd:/,
  },
] as const;

/** Watches the service until the upgrade is over. */
async function watched(client: DebianClient, upgrade: Upgrade) {
  const processes = new Set<string>();
  let awayMs = 0;
  let last = performance.now();
  while (!upgrade.over()) {
    const process = await client.shown('MainPID');
    if (/^[1-9]\d*$/.test(process)) processes.add(process);
    const now = performance.now();
    if ((await client.shown('StatusText')) !== 'works') awayMs += now - last;
    last = now;
    await sleep(250);
  }
  return { processes: processes.size, awayMs: Math.round(awayMs) };
}

describe('Debian 11 upgraded to 12 in place under systemd-nspawn, client inside', {
  skip: onlyInFull() || debianMissing(),
}, () => {
  let site: DebianSite;

  before(async () => {
    site = await startDebianSite(folder.path);
  });
  after(async () => {
    await site?.site.close();
    folder.remove();
  });

  it('is the same client after an upgrade to Debian 12, and waits while dpkg is at work', async (context) => {
    const client = await newDebianClient(folder.path, site, 'whole');
    const { machine } = client;
    try {
      const kept = await site.deploy('hf-kept');
      await client.isDone(kept);
      await machine.prepareUpgrade();

      const began = performance.now();
      const from = machine.dpkgLog().length;
      const upgrade = machine.upgrade();
      assert.ok(await upgrade.reaches(() => machine.dpkgLog().length > from + 20));
      const late = await site.deploy('hf-late');
      const half = await client.evaluate();
      assert.ok(!upgrade.over(), 'it was evaluated while dpkg worked');
      assert.deepEqual(failures(half), []);
      const installer = half.findings.find(({ check }) => check === 'installer');
      assert.match(installer?.reason ?? '', /another installation is under way: (?:apt-get|dpkg)/);
      const { processes, awayMs } = await watched(client, upgrade);
      assert.equal(await upgrade.ended, true, machine.dpkgLog().slice(-20).join('\n'));
      const seconds = Math.round((performance.now() - began) / 1000);
      context.diagnostic(`${seconds} s; ${processes} lives of the client; away for ${awayMs} ms`);
      await client.isDone(late);
      const codes = (await client.messages(late)).map(({ code }) => code);
      assert.ok(codes.includes(statusCode('waiting-at-gate')), `it waited: ${codes}`);

      await client.assertSameOnNewSystem(kept);
    } finally {
      await machine.stop();
    }
  });

  it('is the same client where /bin becomes /usr/bin by the way', async () => {
    const client = await newDebianClient(folder.path, site, 'merged', { usrMerged: false });
    const { machine } = client;
    try {
      const kept = await site.deploy('hf-merged');
      await client.isDone(kept);
      await machine.prepareUpgrade();
      assert.equal(await machine.ask('realpath', '/bin/sh'), '/bin/dash');
      assert.equal(await machine.upgrade().ended, true, machine.dpkgLog().slice(-20).join('\n'));
      assert.equal(await machine.ask('realpath', '/bin/sh'), '/usr/bin/dash');
      await client.assertSameOnNewSystem(kept);
    } finally {
      await machine.stop();
    }
  });

  for (const { name, what, reached } of cuts) {
    it(`is the same client after an upgrade that lost its power ${what}`, async (context) => {
      const client = await newDebianClient(folder.path, site, name);
      const { machine } = client;
      try {
        const kept = await site.deploy(`hf-${name}`);
        await client.isDone(kept);
        await machine.prepareUpgrade();
        const upgrade = machine.upgrade();
        assert.ok(await upgrade.reaches(() => machine.dpkgLog().some((line) => reached.test(line))));
        await machine.crash();
        const half = await machine.halfInstalled();
        assert.notDeepEqual(half, [], 'it was cut in the middle');

        await client.works();
        const report = await client.evaluate();
        const findings = failures(report).map(({ check, reason }) => `${check}: ${reason}`);
        context.diagnostic(`${half.length} half installed; ${findings.join('; ')}`);
        assert.match(findings.join(), /^installer: packages are only half installed: /);
        assert.equal(findings.length, 1);
        assert.deepEqual(await machine.halfInstalled(), half, 'what is half done is left to who began it');

        assert.equal(await machine.upgrade().ended, true, machine.dpkgLog().slice(-20).join('\n'));
        await client.assertSameOnNewSystem(kept);
      } finally {
        await machine.stop();
      }
    });
  }
});
