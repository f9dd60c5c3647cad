/** Debian 11 becomes Debian 12 in place, in one go or with the power cut in the middle of it: the client inside is not lost. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuditRow,
  type ClientDetail,
  type ClientSummary,
  type HealthReport,
  type Page,
  type StatusRow,
  statusCode,
} from '@holdfast/contract';
import { bootDebian, type DebianMachine, debianMissing } from '../support/debian.ts';
import { addPackage, deployToAll } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { onlyInFull } from '../support/needs.ts';
import { buildDeb } from '../support/packages.ts';
import { type BuiltRelease, builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const folder = temporaryFolder();
const unit = 'holdfast-client.service';

/** Milliseconds in which what is waited for must have come by itself. */
const patienceMs = 300_000;

/** Lines of dpkg's log at which the power is cut. */
const cuts = [
  { name: 'cut-libc', what: 'while the C library was replaced', reached: / status half-installed libc6:/ },
  {
    name: 'cut-named',
    what: 'when it called itself Debian 12 already',
    reached: / status unpacked base-files:\S+ 12/,
  },
  { name: 'cut-systemd', what: 'while systemd was replaced', reached: / status half-installed systemd:/ },
] as const;

type Who = { readonly clientId: string; readonly certificate: string; readonly osEpoch: string };

describe('a client on Debian 11', { skip: onlyInFull() || debianMissing() }, () => {
  let built: BuiltRelease;
  let running: TestSite;

  before(async () => {
    built = await builtRelease();
    running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 5 });
    await offerRelease(running.api, built);
  });
  after(async () => {
    await running?.site.close();
    folder.remove();
  });

  const detailOf = (id: string) => running.api.get<ClientDetail>(`/clients/${id}`);
  const messagesOf = async (id: string) =>
    (await running.api.get<Page<StatusRow>>(`/clients/${id}/status?limit=500`)).items.toReversed();
  const codesOf = async (id: string, deploymentId: string) =>
    (await messagesOf(id)).filter((row) => row.deploymentId === deploymentId).map(({ code }) => code);

  async function until(what: string, machine: DebianMachine, so: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!(await so().catch(() => false))) {
      if (Date.now() > end) {
        const { output } = await machine.run('journalctl', '--no-pager', '-n', '80');
        assert.fail(`${what} did not come:\n${output}`);
      }
      await sleep(250);
    }
  }

  const identityOf = (machine: DebianMachine) =>
    readFileSync(machine.pathOf('/var/lib/holdfast-client/keys/identity.json'), 'utf8');
  const shown = async (machine: DebianMachine, property: string) =>
    (await machine.ask('systemctl', 'show', '--value', `--property=${property}`, unit)).trim();
  const works = (machine: DebianMachine) =>
    until('the work', machine, async () => (await shown(machine, 'StatusText')) === 'works');

  /** A new machine with the client of the package on it, which the site knows by a name of the local resolver. */
  async function newClient(name: string): Promise<{ machine: DebianMachine; who: Who }> {
    const place = join(folder.path, name);
    mkdirSync(place);
    const machine = await bootDebian(place, `hf-${name}-${process.pid}`);
    copyFileSync(built.find('deb', 'linux').path, machine.pathOf('/root/client.deb'));
    await machine.ask('dpkg', '--install', '/root/client.deb');
    const address = running.site.managementPointUrl.replace('127.0.0.1', 'localhost');
    await machine.ask('holdfast-client', 'enrol', '--site', address, '--token', running.token);
    await works(machine);
    const { output } = await machine.run('holdfast-client', 'status', '--json');
    const { clientId } = JSON.parse(output) as { clientId: string };
    await until('its facts', machine, async () => (await detailOf(clientId)).facts.osVersion === '11');
    const { osEpoch } = (await detailOf(clientId)).facts;
    return { machine, who: { clientId, certificate: identityOf(machine), osEpoch } };
  }

  /** Deploys a package to all. @returns id of the deployment */
  async function deploy(name: string): Promise<string> {
    const { program } = await addPackage(
      running.api,
      { path: `${name}.deb`, bytes: buildDeb(name, '1.0', { [`opt/${name}/word`]: name }) },
      { name, version: '1.0' },
      {
        platform: 'linux',
        install: `dpkg -i "{content}/${name}.deb"`,
        detection: [{ kind: 'package', manager: 'dpkg', name, version: '1.0' }],
      },
    );
    return (await deployToAll(running.api, program.id)).id;
  }

  const isDone = (machine: DebianMachine, { clientId }: Who, deploymentId: string) =>
    until('the end of a deployment', machine, async () =>
      (await detailOf(clientId)).deployments.some(
        (one) => one.deploymentId === deploymentId && one.state === 'succeeded',
      ),
    );

  async function evaluated(machine: DebianMachine): Promise<HealthReport> {
    const { output } = await machine.run('holdfast-client', 'health', '--evaluate', '--json');
    return JSON.parse(output.slice(output.indexOf('{'))) as HealthReport;
  }

  const failures = (report: HealthReport | null) =>
    report?.findings.filter(({ state }) => state === 'failed') ?? [];

  /** After the upgrade it is restarted: it is the same client on another system, and all of it was looked at there. */
  async function assertSameOnNewSystem(machine: DebianMachine, who: Who, kept: string) {
    const began = Date.now();
    const bootBefore = (await detailOf(who.clientId)).facts.bootId;
    await machine.reboot();
    await works(machine);
    const { clientId } = who;
    await until('facts of the new system', machine, async () => {
      const { facts } = await detailOf(clientId);
      return facts.osVersion === '12' && facts.bootId !== bootBefore && facts.osEpoch !== who.osEpoch;
    });
    const detail = await detailOf(clientId);
    assert.match(detail.systemChange?.from ?? '', /Debian.* 11/);
    assert.match(detail.systemChange?.to ?? '', /Debian.* 12/);
    const told = (await messagesOf(clientId)).filter(({ code }) => code === statusCode('os-changed'));
    assert.equal(told.length, 1, 'it is told once');
    assert.match(told[0]?.text ?? '', /11.*12/);

    await isDone(machine, who, kept);
    const messages = (await messagesOf(clientId)).filter((row) => row.deploymentId === kept);
    assert.equal(
      messages.filter(({ code }) => code === statusCode('program-started')).length,
      1,
      'it ran once',
    );
    const again = messages.filter(({ code }) => code === statusCode('software-verified'));
    assert.ok((again.at(-1)?.seq ?? 0) > (told[0]?.seq ?? 0), 'it was looked at again on the new system');

    await until('an evaluation of the start', machine, async () => {
      const { report } = (await detailOf(clientId)).health;
      return report !== null && report.occasion === 'start' && report.evaluatedAt > began;
    });
    const { report } = (await detailOf(clientId)).health;
    assert.deepEqual(failures(report), []);
    const components = report?.findings.filter(({ check }) => check === 'component') ?? [];
    assert.deepEqual(components.map(({ component, state }) => [component, state]).sort(), [
      ['core', 'ok'],
      ['inventory', 'ok'],
      ['launcher', 'ok'],
      ['screen', 'ok'],
      ['software', 'ok'],
    ]);
    const { output } = await machine.run('holdfast-client', 'verify', '--json');
    assert.equal((JSON.parse(output) as { whole: boolean }).whole, true, output);
    assert.equal(await machine.ask('dpkg', '--verify', 'holdfast-client'), '');

    assert.equal(identityOf(machine), who.certificate);
    const { items } = await running.api.get<Page<ClientSummary>>(`/clients?search=${detail.hostName}`);
    assert.deepEqual(
      items.map(({ id }) => id),
      [clientId],
    );
    const audit = (await running.api.get<Page<AuditRow>>('/audit?limit=500')).items;
    const entries = audit.filter(
      ({ action, target }) => action === 'client.os-changed' && target.includes(clientId),
    );
    assert.equal(entries.length, 1);
    assert.match(entries[0]?.target ?? '', /11 .* -> .* 12/);
  }

  it('is the same client after an upgrade to Debian 12, and waits while dpkg is at work', async (context) => {
    const { machine, who } = await newClient('whole');
    try {
      const kept = await deploy('hf-kept');
      await isDone(machine, who, kept);
      await machine.prepareUpgrade();
      const processes = new Set([await shown(machine, 'MainPID')]);

      const began = performance.now();
      const upgrade = machine.upgrade();
      const log = () => machine.dpkgLog().join('\n');
      const from = machine.dpkgLog().length;
      assert.ok(await upgrade.reaches(() => machine.dpkgLog().length > from + 20));
      const late = await deploy('hf-late');
      const half = await evaluated(machine);
      assert.ok(!upgrade.over(), 'it was evaluated while dpkg worked');
      assert.deepEqual(failures(half), []);
      const installer = half.findings.find(({ check }) => check === 'installer');
      assert.match(installer?.reason ?? '', /another installation is under way: (?:apt-get|dpkg)/);
      while (!upgrade.over()) {
        const { output } = await machine.run('systemctl', 'show', '--value', '--property=MainPID', unit);
        if (/^[1-9]\d*$/.test(output.trim())) processes.add(output.trim());
        await sleep(500);
      }
      assert.equal(await upgrade.ended, true, log().slice(-2_000));
      context.diagnostic(`${Math.round((performance.now() - began) / 1000)} s; processes ${processes.size}`);
      await isDone(machine, who, late);
      const codes = await codesOf(who.clientId, late);
      assert.ok(codes.includes(statusCode('waiting-at-gate')), `it waited: ${codes}`);

      await assertSameOnNewSystem(machine, who, kept);
    } finally {
      await machine.stop();
    }
  });

  for (const { name, what, reached } of cuts) {
    it(`is the same client after an upgrade that lost its power ${what}`, async (context) => {
      const { machine, who } = await newClient(name);
      try {
        const kept = await deploy(`hf-${name}`);
        await isDone(machine, who, kept);
        await machine.prepareUpgrade();
        const upgrade = machine.upgrade();
        assert.ok(await upgrade.reaches(() => machine.dpkgLog().some((line) => reached.test(line))));
        await machine.crash();
        const half = await machine.halfInstalled();
        assert.notDeepEqual(half, [], 'it was cut in the middle');

        await works(machine);
        const report = await evaluated(machine);
        const checks = failures(report).map(({ check, reason }) => `${check}: ${reason}`);
        context.diagnostic(`${half.length} half installed; ${checks.join('; ')}`);
        assert.match(checks.join(), /^installer: packages are only half installed: /);
        assert.equal(checks.length, 1);
        assert.deepEqual(await machine.halfInstalled(), half, 'what is half done is left to who began it');

        assert.equal(await machine.upgrade().ended, true, machine.dpkgLog().slice(-20).join('\n'));
        await assertSameOnNewSystem(machine, who, kept);
      } finally {
        await machine.stop();
      }
    });
  }
});
