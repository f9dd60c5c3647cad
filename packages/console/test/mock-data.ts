/** What the mock site knows: a small fleet with every state, and a client whose host name is an attack. */
import { createHash } from 'node:crypto';
import type {
  ApiKeySummary,
  AuditRow,
  ClientDetail,
  CollectionSummary,
  DeploymentState,
  DeploymentSummary,
  PackageDetail,
  Severity,
  StatusRow,
  TokenSummary,
} from '@holdfast/contract/web';
import { healthOf, type LifeData, lifeData } from './mock-life.ts';
import { type UpgradeData, upgradeData } from './mock-upgrades.ts';

export const hostileName = '<script>window.attacked=true</script><img src=x onerror="window.attacked=true">';
const minute = 60_000;
const day = 24 * 60 * minute;

/** A UUID that is the same in every run. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export type MockData = LifeData &
  UpgradeData & {
    clients: ClientDetail[];
    status: StatusRow[];
    packages: PackageDetail[];
    deployments: DeploymentSummary[];
    collections: CollectionSummary[];
    tokens: TokenSummary[];
    apiKeys: ApiKeySummary[];
    audit: AuditRow[];
  };

const states: readonly DeploymentState[] = [
  'succeeded',
  'succeeded',
  'running',
  'downloading',
  'waiting',
  'reboot-pending',
  'broken',
  'held',
  'failed',
];

function clientOf(index: number, now: number): ClientDetail {
  const windows = index % 3 === 1;
  const hostName = index === 0 ? hostileName : `${windows ? 'WS' : 'srv'}-${String(index).padStart(3, '0')}`;
  const facts: ClientDetail['facts'] = {
    hostName,
    platform: windows ? 'windows' : 'linux',
    osName: windows ? 'Windows 10 Pro' : 'Debian GNU/Linux',
    osVersion: windows ? '10.0.19045' : '12 (bookworm)',
    architecture: 'x64',
    clientVersion: '0.1.0',
    bootId: idOf(`boot ${index}`),
    osEpoch: idOf(`epoch ${index}`).slice(0, 16),
  };
  const { bootId: _boot, osEpoch: _epoch, ...summary } = facts;
  return {
    id: idOf(`client ${index}`),
    ...summary,
    wire: index === 3 ? 1 : index === 6 ? 2 : 3,
    enrolledAt: now - (70 - index) * day,
    lastSeenAt: index === 5 ? null : now - (index * index + 1) * minute,
    revokedAt: index === 7 ? now - day : null,
    facts,
    systemChange:
      index === 2
        ? { at: now - day, from: 'Debian GNU/Linux 11 (bullseye)', to: `${facts.osName} ${facts.osVersion}` }
        : null,
    certificate: { serial: idOf(`serial ${index}`).replaceAll('-', ''), expiresAt: now + 300 * day },
    health: healthOf(index, { hostile: hostileName, now }),
    collections: [{ id: idOf('all'), name: 'All clients' }],
    deployments: [
      {
        deploymentId: idOf('deployment putty'),
        packageName: 'PuTTY',
        packageVersion: '0.68',
        programName: 'Install',
        intent: 'install',
        state: states[index % states.length] ?? 'waiting',
        text:
          index === 0 ? `PuTTY is broken: ${hostileName}` : 'PuTTY is present: every detection rule holds',
        at: now - 3 * minute,
      },
    ],
  };
}

const heard: readonly (readonly [number, string, Severity, string])[] = [
  [30023, 'software-repaired', 'info', 'PuTTY was repaired and verified'],
  [30022, 'software-broken', 'warning', `PuTTY is broken: ${hostileName} is missing`],
  [30020, 'software-verified', 'info', 'PuTTY is present: every detection rule holds'],
  [
    10006,
    'program-failed',
    'error',
    'install of PuTTY failed: exit code 1603, fatal error during installation',
  ],
  [10005, 'program-started', 'info', 'install of PuTTY started: msiexec /i putty.msi /qn /norestart'],
  [30010, 'content-downloading', 'info', 'Downloading PuTTY: 2922496 bytes'],
  [10002, 'deployment-received', 'info', 'Deployment of PuTTY received'],
  [30001, 'client-enrolled', 'info', 'Client enrolled at site HF1'],
];

/** The messages of one client, over three days. */
function statusOf(client: ClientDetail, clientIndex: number, now: number): StatusRow[] {
  return heard.map(([code, name, severity, text], index) => ({
    id: 1000 - index - clientIndex * 10,
    clientId: client.id,
    hostName: client.hostName,
    seq: heard.length - index,
    at: now - index * 9 * 60 * minute - (clientIndex + 1) * minute,
    receivedAt: now - index * 9 * 60 * minute - clientIndex * minute,
    code,
    name,
    severity,
    deploymentId: code === 30001 ? null : idOf('deployment putty'),
    text,
    details: {},
  }));
}

function packageOf(name: string, version: string, publisher: string, file: string): PackageDetail {
  const id = idOf(`package ${name}`);
  const windows = file.endsWith('.msi');
  return {
    id,
    name,
    version,
    publisher,
    createdAt: Date.now() - 2 * day,
    files: 1,
    bytes: 2_922_496,
    programs: 1,
    contents: [{ path: file, size: 2_922_496, sha256: createHash('sha256').update(file).digest('hex') }],
    programList: [
      {
        id: idOf(`program ${name}`),
        packageId: id,
        createdAt: Date.now() - 2 * day,
        name: 'Install',
        platform: windows ? 'windows' : 'linux',
        install: windows
          ? `msiexec /i "{content}\\${file}" /qn /norestart /L*v "{log}"`
          : `dpkg --root={root} --force-not-root -i "{content}/${file}"`,
        detection: windows
          ? [{ kind: 'msi', productCode: '{1F8E7C3A-0B5D-4D2C-9E6F-2A4B6C8D0E1F}' }]
          : [{ kind: 'package', manager: 'dpkg', name: 'hello' }],
        exitCodes: windows ? [{ code: 1638, meaning: 'success' }] : [],
        maxRunMinutes: 120,
      },
    ],
  };
}

function deploymentOf(
  name: string,
  software: PackageDetail,
  collection: CollectionSummary,
): DeploymentSummary {
  return {
    id: idOf(`deployment ${name}`),
    packageId: software.id,
    packageName: software.name,
    packageVersion: software.version,
    programId: software.programList[0]?.id ?? '',
    programName: 'Install',
    collectionId: collection.id,
    collectionName: collection.name,
    intent: 'install',
    purpose: 'required',
    createdAt: Date.now() - day,
    availableAt: null,
    deadlineAt: Date.now() + day,
    withdrawnAt: null,
    targeted: 9,
    states: { succeeded: 4, running: 1, downloading: 1, waiting: 1, broken: 1, failed: 1 },
  };
}

export function mockData(now: number): MockData {
  const clients = Array.from({ length: 64 }, (_, index) => clientOf(index, now));
  const all: CollectionSummary = {
    id: idOf('all'),
    name: 'All clients',
    description: '',
    query: null,
    directMembers: 0,
    members: clients.length,
    builtIn: true,
  };
  const windows: CollectionSummary = {
    id: idOf('windows'),
    name: 'Windows workstations',
    description: 'Everything on a desk',
    query: { all: [{ attribute: 'platform', operator: 'equals', value: 'windows' }] },
    directMembers: 1,
    members: 21,
    builtIn: false,
  };
  const putty = packageOf('PuTTY', '0.68', 'Simon Tatham', 'putty-0.68-installer.msi');
  const hello = packageOf('hello', '2.10-3', '', 'hello_2.10-3_amd64.deb');
  return {
    ...lifeData({ idOf, hostile: hostileName, now }),
    ...upgradeData({ idOf, hostile: hostileName, now, clients }),
    clients,
    status: clients
      .slice(0, 4)
      .flatMap((client, index) => statusOf(client, index, now))
      .sort((one, other) => other.at - one.at),
    packages: [putty, hello],
    collections: [all, windows],
    deployments: [deploymentOf('putty', putty, all), deploymentOf('hello', hello, windows)],
    tokens: [
      {
        id: idOf('token'),
        label: 'Lab machines',
        maxUses: 10,
        uses: 3,
        createdAt: now - day,
        expiresAt: now + day,
        revokedAt: null,
      },
    ],
    apiKeys: [{ id: 'key-1', name: 'Build server', createdAt: now - day }],
    audit: [
      {
        id: 2,
        at: now - minute,
        actor: 'ada@example.org',
        action: 'deployment.create',
        target: 'PuTTY 0.68',
      },
      { id: 1, at: now - day, actor: 'ada@example.org', action: 'first-run', target: 'ada@example.org' },
    ],
  };
}
