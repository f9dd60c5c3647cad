/** `node docs/images/make.ts`: takes the pictures of the README from a real site, with one real client among them. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { visit } from '@holdfast/console/test/browser';
import {
  type ClientSummary,
  type CollectionSummary,
  type DeploymentSummary,
  type PackageSummary,
  type Page,
  type StatusMessage,
  type StatusName,
  statusCode,
  statusEntry,
} from '@holdfast/contract';
import type { Page as BrowserPage } from 'playwright-core';
import type { Api } from '../../e2e/support/api.ts';
import { startClient } from '../../e2e/support/client.ts';
import { builtConsole, createAdministrator, signIn } from '../../e2e/support/console.ts';
import { addPackage, awaitStatus } from '../../e2e/support/deploy.ts';
import { temporaryFolder } from '../../e2e/support/folders.ts';
import { buildDeb } from '../../e2e/support/packages.ts';
import { startTestSite, type TestSite } from '../../e2e/support/site.ts';
import { enrolWireClient, type WireClient } from '../../e2e/support/wire-client.ts';
import { puttyStandIn } from './stand-in.ts';
import { upgradeScene } from './upgrade-scene.ts';

const minute = 60_000;
const toolsFile = 'opt/field-tools/bin/field-report';
const standIn = Buffer.from('Stands in for an installer: no client of the pictures runs it.\n');

const servers = ['build-01', 'build-02', 'db-primary', 'web-01', 'web-02'] as const;
const workstations = ['WS-0101', 'WS-0102', 'WS-0103', 'WS-0104', 'WS-0105', 'WS-0106'] as const;
type Host = (typeof servers)[number] | (typeof workstations)[number];

type Deployments = { readonly tools: string; readonly agent: string; readonly putty: string };

async function collectionFor(api: Api, name: string, platform: 'linux' | 'windows'): Promise<string> {
  const query = { all: [{ attribute: 'platform', operator: 'equals', value: platform }] };
  return (await api.post<CollectionSummary>('/collections', { name, query })).id;
}

async function deploy(api: Api, programId: string, collectionId: string): Promise<string> {
  return (await api.post<DeploymentSummary>('/deployments', { programId, collectionId, intent: 'install' }))
    .id;
}

/** The tools are a real .deb that the real client installs; the other two are only told of. */
async function deploySoftware(api: Api): Promise<Deployments> {
  const linux = await collectionFor(api, 'Linux servers', 'linux');
  const windows = await collectionFor(api, 'Windows workstations', 'windows');
  const deb = buildDeb('field-tools', '2.4', { [toolsFile]: '#!/bin/sh\necho report\n' });
  const tools = await addPackage(
    api,
    { path: 'field-tools_2.4_all.deb', bytes: deb },
    { name: 'field-tools', version: '2.4' },
    {
      platform: 'linux',
      install: 'dpkg --root={root} --force-not-root -i "{content}/field-tools_2.4_all.deb"',
      uninstall: 'dpkg --root={root} --force-not-root -P field-tools',
      detection: [
        { kind: 'package', manager: 'dpkg', name: 'field-tools', version: '2.4' },
        { kind: 'file', path: `/${toolsFile}` },
      ],
    },
  );
  const agent = await addPackage(
    api,
    { path: 'backup-agent.tar.gz', bytes: standIn },
    { name: 'Backup agent', version: '3.1' },
    {
      platform: 'windows',
      install: '"{content}\\setup.exe" /quiet',
      detection: [{ kind: 'file', path: 'C:\\Program Files\\Backup agent\\agent.exe' }],
    },
  );
  const putty = await addPackage(
    api,
    { path: 'putty-0.68-installer.msi', bytes: await puttyStandIn() },
    { name: 'PuTTY', version: '0.68' },
    {
      platform: 'windows',
      install: 'msiexec /i "{content}\\putty-0.68-installer.msi" /qn /norestart /L*v "{log}"',
      repair:
        'msiexec /I "{content}\\putty-0.68-installer.msi" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL',
      detection: [{ kind: 'file', path: 'C:\\Program Files\\PuTTY\\putty.exe', minimumVersion: '0.68' }],
    },
  );
  return {
    agent: await deploy(api, agent.program.id, windows),
    putty: await deploy(api, putty.program.id, windows),
    tools: await deploy(api, tools.program.id, linux),
  };
}

/** What a client without an agent tells: minutes ago, host, status, deployment, details. */
type Told = readonly [number, Host, StatusName, keyof Deployments, StatusMessage['details']];

const tools = { package: 'field-tools 2.4' };
const putty = { package: 'PuTTY 0.68' };
const agent = { package: 'Backup agent 3.1' };

/** Told before the real client comes, oldest first. */
const earlier: readonly Told[] = [
  ...servers.map((host, at): Told => [44 - at, host, 'deployment-received', 'tools', tools]),
  ...servers.slice(0, 4).map((host, at): Told => [38 - at, host, 'software-verified', 'tools', tools]),
  ...workstations.map((host, at): Told => [33 - at, host, 'deployment-received', 'putty', putty]),
  ...workstations.slice(0, 5).map((host, at): Told => [27 - at, host, 'software-verified', 'putty', putty]),
  ...workstations.slice(0, 3).map((host, at): Told => [21 - at, host, 'software-verified', 'agent', agent]),
  [16, 'WS-0104', 'reboot-pending', 'agent', agent],
  [13, 'WS-0101', 'software-repaired', 'putty', putty],
];

/** Told when the real client has done its part. */
const latest: readonly Told[] = [
  [
    0,
    'WS-0102',
    'software-broken',
    'putty',
    { ...putty, reason: 'file C:\\Program Files\\PuTTY\\putty.exe is missing' },
  ],
  [0, 'WS-0105', 'content-downloading', 'agent', { ...agent, bytes: 48_234_496 }],
  [0, 'WS-0102', 'software-repaired', 'putty', putty],
  [0, 'WS-0106', 'program-failed', 'putty', { ...putty, action: 'Installation', reason: 'exit code 1603' }],
  [
    0,
    'web-02',
    'program-started',
    'tools',
    { ...tools, action: 'Installation', command: 'dpkg -i field-tools_2.4_all.deb' },
  ],
  [0, 'db-primary', 'software-broken', 'tools', { ...tools, reason: `file /${toolsFile} is missing` }],
];

async function enrolHosts({ site, token }: TestSite): Promise<Map<Host, WireClient>> {
  const clients = new Map<Host, WireClient>();
  for (const hostName of servers) {
    clients.set(hostName, await enrolWireClient(site.managementPointUrl, token, { hostName }));
  }
  for (const hostName of workstations) {
    const facts = {
      hostName,
      platform: 'windows',
      osName: 'Windows 11 Pro',
      osVersion: '10.0.26100',
    } as const;
    clients.set(hostName, await enrolWireClient(site.managementPointUrl, token, facts));
  }
  return clients;
}

/** Answers what sends messages, each client's in a stream of its own. */
function teller(clients: Map<Host, WireClient>, deployments: Deployments) {
  const streams = new Map([...clients.keys()].map((host) => [host, { stream: randomUUID(), seq: 0 }]));
  return async ([minutes, host, name, deployment, details]: Told): Promise<void> => {
    const client = clients.get(host);
    const place = streams.get(host);
    if (client === undefined || place === undefined) throw new Error(`There is no host ${host}.`);
    place.seq += 1;
    const code = statusCode(name);
    const message: StatusMessage = {
      seq: place.seq,
      at: Date.now() - minutes * minute,
      code,
      severity: statusEntry(code)?.severity ?? 'info',
      deploymentId: deployments[deployment],
      details,
    };
    await client.status({ stream: place.stream, oldest: 1, messages: [message] });
  };
}

/** A repair of a machine that lost one program and has a newer one of another. */
async function takePlan(page: BrowserPage): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 1060 });
  await page.getByRole('tab', { name: 'Plan' }).click();
  await page.getByRole('combobox', { name: 'On a machine with' }).selectOption('Installed, with damage');
  for (const [damage, file] of [
    ['Files are missing', 'putty.exe'],
    ['Files are newer', 'plink.exe'],
  ] as const) {
    await page.getByRole('checkbox', { name: damage }).check();
    await page.getByRole('combobox', { name: `${damage}: which` }).fill(file);
    await page.getByRole('option', { name: `${file} (` }).click();
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Plan it' }).click();
  await page.locator('.plan-cell[data-do=install]').click();
  await page.evaluate("document.querySelector('[role=tablist]').scrollIntoView(); window.scrollBy(0, -70)");
}

async function takePictures(
  { site, api }: TestSite,
  hostName: string,
  upgradeOf: () => Promise<string>,
): Promise<void> {
  const { items } = await api.get<Page<ClientSummary>>(`/clients?search=${encodeURIComponent(hostName)}`);
  const { page, close } = await visit(site.consoleUrl, { width: 1280, height: 800, scheme: 'light' });
  const take = async (name: string) => {
    await page.getByText('Live', { exact: true }).waitFor();
    for (const loading of await page.getByRole('status', { name: 'Loading' }).all()) {
      await loading.waitFor({ state: 'detached' });
    }
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(import.meta.dirname, `${name}.png`) });
  };
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByText('was repaired and verified').first().waitFor();
    await take('console-overview');
    await page.setViewportSize({ width: 1280, height: 1000 });
    await page.goto(`/clients/${items.find((client) => client.hostName === hostName)?.id}`);
    await page.getByText('was repaired and verified').first().waitFor();
    await take('console-client');
    const packages = await api.get<Page<PackageSummary>>('/packages?search=PuTTY');
    await page.setViewportSize({ width: 1280, height: 920 });
    await page.goto(`/packages/${packages.items[0]?.id}?part=features`);
    await page.getByText('Only on servers').waitFor();
    await take('console-installer');
    await takePlan(page);
    await take('console-plan');
    await page.setViewportSize({ width: 1280, height: 1060 });
    await page.goto(`/clients/versions/${await upgradeOf()}`);
    await page.getByText('It has stopped by itself').waitFor();
    await take('console-upgrade');
  } finally {
    await close();
  }
}

const folder = temporaryFolder();
const running = await startTestSite({
  dataFolder: join(folder.path, 'site'),
  pollSeconds: 2,
  distFolder: await builtConsole(),
});
try {
  const { site, api, token } = running;
  await createAdministrator(running);
  const clients = await enrolHosts(running);
  const deployments = await deploySoftware(api);
  const tell = teller(clients, deployments);
  for (const message of earlier) await tell(message);
  const real = await startClient(folder.path, site.managementPointUrl, token);
  try {
    const verified = await awaitStatus(site, api, statusCode('software-verified'), {
      after: earlier.length,
    });
    rmSync(join(real.root, toolsFile));
    const { hostName } = await awaitStatus(site, api, statusCode('software-repaired'), {
      after: verified.id,
    });
    for (const message of latest) await tell(message);
    // Its clients come last, so that the other pictures are without them.
    let closeScene: (() => void) | undefined;
    try {
      await takePictures(running, hostName, async () => {
        const { id, close } = await upgradeScene(running);
        closeScene = close;
        return id;
      });
    } finally {
      closeScene?.();
    }
  } finally {
    await real.stop();
    for (const client of clients.values()) client.close();
  }
} finally {
  await running.site.close();
  folder.remove();
}
