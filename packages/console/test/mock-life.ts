/** What the mock site knows of clients themselves: health, set-ups in every state, one release, a repair. */
import type {
  ClientHealth,
  ClientPackage,
  ClientReleases,
  ClientRepair,
  ClientSetup,
  HealthHistoryRow,
  HealthState,
  SetupDetail,
  SetupState,
  SetupSummary,
} from '@holdfast/contract/web';
import { setupPhases } from '@holdfast/contract/web';

export type LifeData = {
  setups: SetupSummary[];
  releases: ClientReleases;
  /** As GET /client-setup answers it. */
  offer: ClientSetup;
};

type Names = { readonly idOf: (name: string) => string; readonly hostile: string; readonly now: number };

const minute = 60_000;
const day = 24 * 60 * minute;
const hash = (digit: string): string => digit.repeat(64);

/** Index 0 is unhealthy in hostile words, 4 silent, 5 never evaluated. */
export function healthOf(index: number, { hostile, now }: Omit<Names, 'idOf'>): ClientHealth {
  if (index === 5) return { state: 'unknown', silent: false, receivedAt: null, report: null };
  const state: HealthState = index === 0 ? 'failed' : index === 4 ? 'silent' : 'well';
  const receivedAt = now - (state === 'silent' ? 5 * day : 3 * minute);
  const findings: NonNullable<ClientHealth['report']>['findings'] = [
    {
      check: 'component',
      component: 'launcher',
      state: 'ok',
      reason: 'version 0.1.0, all as its manifest says',
    },
    { check: 'component', component: 'core', state: 'ok', reason: 'version 0.1.0, all as its manifest says' },
    {
      check: 'component',
      component: 'software',
      state: 'remedied',
      reason: `software.mjs: ${hostile} is missing`,
      remedy: 'restored software.mjs (kept package)',
    },
    {
      check: 'component',
      component: 'screen',
      state: 'ok',
      reason: 'version 0.1.0 (x11), all as its manifest says',
    },
    { check: 'service', state: 'ok', reason: 'defined, enabled and running' },
    { check: 'second-starter', state: 'ok', reason: 'its timer ran 12 minutes ago' },
    { check: 'wmi', state: 'not-applicable', reason: 'this is no Windows' },
  ];
  if (state === 'failed') {
    findings.push({ check: 'disk', state: 'failed', reason: `${hostile} is full`, error: 'disk.full' });
  }
  return {
    state,
    silent: state === 'silent',
    receivedAt,
    report: { evaluatedAt: receivedAt, occasion: 'daily', clientVersion: '0.1.0', findings },
  };
}

export function historyOf({ report, receivedAt }: ClientHealth): HealthHistoryRow[] {
  if (report === null || receivedAt === null) return [];
  const findings = report.findings.filter(({ state }) => state === 'failed' || state === 'remedied');
  return [0, 1, 2].map((daysAgo) => ({
    id: 3 - daysAgo,
    receivedAt: receivedAt - daysAgo * day,
    evaluatedAt: receivedAt - daysAgo * day,
    occasion: 'daily',
    failed: findings.length,
    remedied: 0,
    findings: daysAgo === 1 ? [] : findings,
  }));
}

const standings: readonly (readonly [SetupState, SetupSummary['phase'], SetupSummary['moment']])[] = [
  ['running', 'download', 'begins'],
  ['waiting', 'prerequisites', 'waits'],
  ['failed', 'verify', 'failed'],
  ['silent', 'install', 'begins'],
  ['succeeded', 'components', 'ended'],
];

function setupOf(index: number, { hostile, idOf, now }: Names): SetupSummary {
  const [state, phase, moment] = standings[index % standings.length] ?? ['running', 'locate', 'begins'];
  const troubled = state === 'waiting' || state === 'failed';
  return {
    id: idOf(`setup ${index}`),
    state,
    tokenId: idOf('token'),
    tokenLabel: 'Lab machines',
    hostName: index === 2 ? hostile : `NEW-${String(index).padStart(2, '0')}`,
    platform: index % 2 === 0 ? 'linux' : 'windows',
    architecture: 'x64',
    version: '0.1.0',
    intent: index === 3 ? 'repair' : 'install',
    phase,
    moment,
    error: troubled ? 'system.not-ready' : null,
    reason: troubled ? `${hostile} is in the way` : null,
    clientId: state === 'succeeded' ? idOf('client 1') : null,
    firstHeardAt: now - 40 * minute,
    lastHeardAt: now - (state === 'silent' ? 90 : 2) * minute,
  };
}

/** A set-up with the reports that led to where it is. */
export function detailOf(setup: SetupSummary): SetupDetail {
  const { error, hostName, id, intent, phase, platform, reason } = setup;
  const words: readonly string[] = setupPhases;
  const before = setupPhases.slice(0, words.indexOf(phase));
  const told = [...before.map((each) => ({ phase: each, moment: 'ended' as const })), setup];
  return {
    ...setup,
    reports: told.map((each, index) => ({
      setupId: id,
      seq: index + 1,
      at: setup.firstHeardAt + index * minute,
      phase: each.phase,
      moment: each.moment,
      hostName,
      platform,
      architecture: 'x64',
      intent,
      ...(each === setup && error !== null ? { error } : {}),
      ...(each === setup && reason !== null ? { reason } : {}),
    })),
  };
}

const packages: readonly ClientPackage[] = [
  {
    kind: 'msi',
    platform: 'windows',
    architecture: 'x64',
    name: 'client.msi',
    size: 38_000_000,
    sha256: hash('a'),
  },
  {
    kind: 'deb',
    platform: 'linux',
    architecture: 'x64',
    name: 'holdfast-client_0.1.0_amd64.deb',
    size: 29_000_000,
    sha256: hash('b'),
  },
  {
    kind: 'tar.gz',
    platform: 'linux',
    architecture: 'x64',
    name: 'holdfast-client-0.1.0-linux-x64.tar.gz',
    size: 31_000_000,
    sha256: hash('c'),
  },
];

export function lifeData(names: Names): LifeData {
  const managementPoint = 'https://site.example:8443';
  const { now } = names;
  return {
    setups: standings.map((_standing, index) => setupOf(index, names)),
    releases: {
      keyId: hash('d'),
      floor: '0.1.0',
      items: [
        {
          version: '0.1.0',
          floor: '0.1.0',
          keyId: hash('d'),
          releasedAt: now - 2 * day,
          addedAt: now - day,
          newest: true,
          clients: 0,
          packages: [...packages],
          archives: [
            {
              platform: 'linux',
              architecture: 'x64',
              name: 'holdfast-version-0.1.0-linux-x64.tar.gz',
              size: 900_000,
              sha256: hash('f'),
              needs: { launcher: 1, node: 22 },
            },
          ],
        },
      ],
    },
    offer: {
      managementPoint,
      setupScript: { url: `${managementPoint}/mp/v3/client-setup/setup.sh`, sha256: hash('e') },
      release: {
        version: '0.1.0',
        packages: packages.map((each) => ({
          ...each,
          url: `${managementPoint}/mp/v3/packages/${each.sha256}`,
        })),
      },
    },
  };
}

export function repairOf({ idOf }: Pick<Names, 'idOf'>, dryRun: boolean): ClientRepair {
  return {
    nonce: idOf('nonce'),
    target: 'a machine',
    leftOut: 0,
    deployments: [
      {
        deploymentId: dryRun ? null : idOf('deployment putty'),
        platform: 'linux',
        collectionName: 'Repair',
        clients: 1,
        command: 'sh "{content}/repair.sh" a-nonce',
      },
    ],
  };
}
