/** Clients on Debian 11 beneath which Debian 12 is put, and what must hold of each afterwards. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { bootDebian, type DebianMachine, type DebianOptions } from '../support/debian.ts';
import { addPackage, deployToAll } from '../support/deploy.ts';
import { buildDeb } from '../support/packages.ts';
import { type BuiltRelease, builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { clientUnit } from './linux-machines.ts';

/** Milliseconds in which what is waited for must have come by itself. */
const patienceMs = 300_000;

export type DebianSite = TestSite & {
  readonly built: BuiltRelease;
  /** Deploys a package of a word to all. @returns id of the deployment */
  deploy(name: string): Promise<string>;
};

export async function startDebianSite(folder: string): Promise<DebianSite> {
  const built = await builtRelease();
  const running = await startTestSite({ dataFolder: join(folder, 'site'), pollSeconds: 5 });
  await offerRelease(running.api, built);
  return {
    ...running,
    built,
    async deploy(name) {
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
    },
  };
}

export type DebianClient = {
  readonly machine: DebianMachine;
  readonly clientId: string;
  /** As the site has it. */
  detail(): Promise<ClientDetail>;
  /** What it told the site of a deployment, or of all; the oldest first. */
  messages(deploymentId?: string): Promise<readonly StatusRow[]>;
  /** Waits until a deployment is so far. */
  isDone(deploymentId: string): Promise<void>;
  /** Has it look at itself now. */
  evaluate(): Promise<HealthReport>;
  /** What systemd has of its service; empty where that does not answer. */
  shown(property: string): Promise<string>;
  works(): Promise<void>;
  /** Restarts it. It must be the client that it was, on another system, and all of it must have been looked at there. */
  assertSameOnNewSystem(kept: string): Promise<void>;
};

/** A machine with the client of the package, which knows its site by a name. @param folder of the suite */
export async function newDebianClient(
  folder: string,
  site: DebianSite,
  name: string,
  options?: DebianOptions,
): Promise<DebianClient> {
  const place = join(folder, name);
  mkdirSync(place);
  const machine = await bootDebian(place, `hf-${name}-${process.pid}`, options);
  try {
    copyFileSync(site.built.find('deb', 'linux').path, machine.pathOf('/root/client.deb'));
    await machine.ask('dpkg', '--install', '/root/client.deb');
    const address = site.site.managementPointUrl.replace('127.0.0.1', 'localhost');
    await machine.ask('holdfast-client', 'enrol', '--site', address, '--token', site.token);
    return await enrolledClient(machine, site);
  } catch (thrown) {
    await machine.stop();
    throw thrown;
  }
}

async function enrolledClient(machine: DebianMachine, { api }: DebianSite): Promise<DebianClient> {
  const status = await machine.ask('holdfast-client', 'status', '--json');
  const { clientId } = JSON.parse(status) as { clientId: string };
  const detail = () => api.get<ClientDetail>(`/clients/${clientId}`);

  async function until(what: string, so: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + patienceMs;
    while (!(await so().catch(() => false))) {
      if (Date.now() > end) {
        const { output } = await machine.run('journalctl', '--no-pager', '-n', '80');
        assert.fail(`${what} did not come:\n${output}`);
      }
      await sleep(250);
    }
  }

  const identity = () => readFileSync(machine.pathOf('/var/lib/holdfast-client/keys/identity.json'), 'utf8');
  const shown = async (property: string) => {
    const words = ['show', '--value', `--property=${property}`, clientUnit];
    const { code, output } = await machine.run('systemctl', ...words);
    return code === 0 ? output.trim() : '';
  };
  const works = () => until('the work', async () => (await shown('StatusText')) === 'works');
  const messages = async (deploymentId?: string) => {
    const { items } = await api.get<Page<StatusRow>>(`/clients/${clientId}/status?limit=500`);
    return items
      .toReversed()
      .filter((row) => deploymentId === undefined || row.deploymentId === deploymentId);
  };
  const isDone = (deploymentId: string) =>
    until('the end of a deployment', async () =>
      (await detail()).deployments.some(
        (one) => one.deploymentId === deploymentId && one.state === 'succeeded',
      ),
    );

  await works();
  await until('its facts', async () => (await detail()).facts.osVersion === '11');
  const before = (await detail()).facts;
  const certificate = identity();

  async function assertTold(kept: string): Promise<void> {
    const { systemChange } = await detail();
    assert.match(systemChange?.from ?? '', /Debian.* 11/);
    assert.match(systemChange?.to ?? '', /Debian.* 12/);
    const told = (await messages()).filter(({ code }) => code === statusCode('os-changed'));
    assert.equal(told.length, 1, 'it is told once');
    assert.match(told[0]?.text ?? '', /11.*12/);
    await isDone(kept);
    const ofKept = await messages(kept);
    const starts = ofKept.filter(({ code }) => code === statusCode('program-started'));
    assert.equal(starts.length, 1, 'it ran once');
    const verified = ofKept.filter(({ code }) => code === statusCode('software-verified'));
    assert.ok((verified.at(-1)?.seq ?? 0) > (told[0]?.seq ?? 0), 'it was looked at again on the new system');
  }

  async function assertWhole(since: number): Promise<void> {
    await until('an evaluation of the start', async () => {
      const { report } = (await detail()).health;
      return report !== null && report.occasion === 'start' && report.evaluatedAt > since;
    });
    const { report } = (await detail()).health;
    assert.deepEqual(failures(report), []);
    const components = report?.findings.filter(({ check }) => check === 'component') ?? [];
    assert.deepEqual(components.map(({ component, state }) => `${component} ${state}`).sort(), [
      'core ok',
      'inventory ok',
      'launcher ok',
      'screen ok',
      'software ok',
    ]);
    const { output } = await machine.run('holdfast-client', 'verify', '--json');
    assert.equal((JSON.parse(output) as { whole: boolean }).whole, true, output);
    assert.equal(await machine.ask('dpkg', '--verify', 'holdfast-client'), '');
  }

  async function assertSameClient(): Promise<void> {
    assert.equal(identity(), certificate);
    const { items } = await api.get<Page<ClientSummary>>(`/clients?search=${before.hostName}`);
    assert.deepEqual(
      items.map(({ id }) => id),
      [clientId],
    );
    const audit = (await api.get<Page<AuditRow>>('/audit?limit=500')).items;
    const changes = audit.filter(
      ({ action, target }) => action === 'client.os-changed' && target.includes(clientId),
    );
    assert.equal(changes.length, 1);
    assert.match(changes[0]?.target ?? '', /11 .* -> .* 12/);
  }

  return {
    machine,
    clientId,
    detail,
    messages,
    isDone,
    shown,
    works,
    async evaluate() {
      const { output } = await machine.run('holdfast-client', 'health', '--evaluate', '--json');
      return JSON.parse(output.slice(output.indexOf('{'))) as HealthReport;
    },
    async assertSameOnNewSystem(kept) {
      const since = Date.now();
      const { bootId } = (await detail()).facts;
      await machine.reboot();
      await works();
      await until('facts of the new system', async () => {
        const { facts } = await detail();
        return facts.osVersion === '12' && facts.bootId !== bootId && facts.osEpoch !== before.osEpoch;
      });
      await assertTold(kept);
      await assertWhole(since);
      await assertSameClient();
    },
  };
}

/** What an evaluation found that is not well. */
export const failures = (report: HealthReport | null) =>
  report?.findings.filter(({ state }) => state === 'failed') ?? [];
