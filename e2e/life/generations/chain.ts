/** The chain of generations on one machine: the first by hand, the second and today's each by a deployment of its site. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuditRow,
  type ClientSummary,
  type DeploymentSummary,
  type PackageSummary,
  type Page,
  type Program,
  type ProgramDefinition,
  type SetupDetail,
  type SetupSummary,
  type SiteWires,
  sha256,
} from '@holdfast/contract';
import { awaitStatus, deployToAll } from '../../support/deploy.ts';
import type { TestSite } from '../../support/site.ts';

/** What differs between the platforms. */
export type Machine = {
  readonly platform: 'linux' | 'windows';
  /** Settles where the first generation finds its site, and installs its package. */
  installFirst(settings: string): Promise<void>;
  /** A script of the platform, by what each is to do. */
  readonly tool: Deployable;
  second(settings: string): Promise<Deployable>;
  readonly today: () => Promise<Deployable>;
  /** Lines that the tool's installer has written: what it was asked to do, each time. */
  toolRuns(): readonly string[];
  /** Somebody removes what the tool has installed. */
  loseTool(): void;
  /** What is left of an older generation: packages, services, files, each as a word. */
  leftOf(generation: 'first' | 'second'): Promise<readonly string[]>;
  /** Today's is whole and at work. */
  assertWhole(): Promise<void>;
  /** For a message, where something did not come. */
  logs(): Promise<string>;
};

export type Deployable = {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly program: Pick<ProgramDefinition, 'install' | 'repair' | 'detection'>;
};

/** Milliseconds in which each step must have come; a healthy machine takes a tenth. */
const patienceMs = 240_000;

export async function goThrough(machine: Machine, running: TestSite, siteFolder: string): Promise<void> {
  const { api, site, token } = running;
  const address = site.managementPointUrl;
  const clients = async () => (await api.get<Page<ClientSummary>>('/clients')).items;
  const deploy = async (name: string, { files, program }: Deployable) => {
    const uploaded = [];
    for (const [path, bytes] of Object.entries(files)) {
      const { sha256, size } = await api.upload(bytes);
      uploaded.push({ path, sha256, size });
    }
    const made = await api.post<PackageSummary>('/packages', { name, version: '1.0', files: uploaded });
    const about = { name: 'Install', platform: machine.platform, exitCodes: [], maxRunMinutes: 10 };
    const { id } = await api.post<Program>(`/packages/${made.id}/programs`, { ...about, ...program });
    return await deployToAll(api, id);
  };
  const until = async (what: string, so: () => Promise<boolean>) => {
    const end = Date.now() + patienceMs;
    while (!(await so())) {
      if (Date.now() > end) assert.fail(`${what} did not come:\n${await machine.logs()}`);
      await sleep(250);
    }
  };
  const speaks = (wire: number) => async () =>
    (await clients()).some((one) => one.wire === wire && one.lastSeenAt !== null);

  await machine.installFirst(`[Site]\r\nAddress=${address}\r\nToken=${token}\r\n`);
  await until('the first generation', speaks(1));
  const before = await clients();
  const clientId = before[0]?.id;
  const tool = await deploy('Tool', machine.tool);
  await awaitStatus(site, api, 10008, { patienceMs });
  assert.deepEqual(machine.toolRuns(), ['installed']);

  await deploy('Endpoint', await machine.second(JSON.stringify({ site: address, token })));
  await until('the second generation', speaks(2));
  await until('the end of the first', async () => (await machine.leftOf('first')).length === 0);
  await awaitStatus(site, api, 30020, { patienceMs });
  await until('the word of the tool', async () => (await stateOf(running, tool)) === 'succeeded');
  assert.deepEqual(
    (await clients()).map(({ id }) => id),
    [clientId],
  );
  assert.deepEqual(machine.toolRuns(), ['installed']);

  machine.loseTool();
  loseContent(siteFolder, Object.values(machine.tool.files).map(sha256));
  await deploy('Client', await machine.today());
  await until('the client of today', speaks(3));
  await until('the end of the set-up', async () => {
    const [last] = (await api.get<Page<SetupSummary>>('/setups')).items;
    return last?.phase === 'retire' && last.state === 'succeeded';
  });
  assert.deepEqual(await machine.leftOf('second'), []);
  await until('the repair', async () => machine.toolRuns().length > 1);
  assert.deepEqual(machine.toolRuns(), ['installed', 'repaired']);
  const after = await clients();
  assert.deepEqual(
    after.map(({ id, wire }) => [id, wire]),
    [[clientId, 3]],
  );
  await machine.assertWhole();
  await assertTold(running, clientId ?? '');
}

async function stateOf({ api }: TestSite, { id }: DeploymentSummary): Promise<string | undefined> {
  const { states } = await api.get<DeploymentSummary>(`/deployments/${id}`);
  return Object.entries(states).find(([, count]) => count === 1)?.[0];
}

/** The phases of the set-up, who followed whom, and that nobody speaks an old wire any more. */
async function assertTold({ api }: TestSite, clientId: string): Promise<void> {
  const [setup] = (await api.get<Page<SetupSummary>>('/setups')).items;
  const { reports } = await api.get<SetupDetail>(`/setups/${setup?.id}`);
  const ended = reports.filter(({ moment }) => moment === 'ended').map(({ phase }) => phase);
  assert.deepEqual(ended.slice(-4), ['inherit', 'enrol', 'components', 'retire']);
  const { items } = await api.get<Page<AuditRow>>(`/audit?search=${clientId}`);
  assert.deepEqual(
    items.map(({ action }) => action),
    ['client.succeed'],
  );
  const { wires } = await api.get<SiteWires>('/wires');
  assert.deepEqual(
    wires.filter(({ clients }) => clients > 0).map(({ wire }) => wire),
    [3],
  );
}

/** From now on the site could not give it again: what is repaired with it was taken over. */
function loseContent(siteFolder: string, hashes: readonly string[]): void {
  const found = readdirSync(siteFolder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && hashes.includes(entry.name),
  );
  assert.equal(found.length, hashes.length, 'the content is not where it was looked for');
  for (const { name, parentPath } of found) rmSync(join(parentPath, name));
}
