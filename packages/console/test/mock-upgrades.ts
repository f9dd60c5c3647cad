/** What the mock site knows of versions: a fleet of several, one upgrade that stopped, and members in hostile words. */
import type {
  ClientDetail,
  ClientUpgradeCreate,
  ClientUpgradeDetail,
  ClientVersions,
  RingCounts,
  UpgradeMember,
  UpgradeOfClient,
} from '@holdfast/contract/web';

type Names = {
  readonly idOf: (name: string) => string;
  readonly hostile: string;
  readonly now: number;
  readonly clients: readonly ClientDetail[];
};

export type UpgradeData = {
  versions: ClientVersions;
  upgrades: ClientUpgradeDetail[];
  members: UpgradeMember[];
};

const minute = 60_000;
const none: RingCounts = {
  waiting: 0,
  ordered: 0,
  'on-trial': 0,
  blessed: 0,
  failed: 0,
  silent: 0,
  accepted: 0,
};

/** Ring, state and reason of the first clients, whose host names are the mock's. */
const standings = [
  [1, 'blessed', null, null],
  [2, 'failed', 'died', true],
  [2, 'silent', null, null],
  [2, 'on-trial', null, null],
  [2, 'ordered', null, 'waits for pending-reboot: files wait'],
  [2, 'failed', 'content.hash-mismatch', true],
  [3, 'waiting', null, null],
  [0, 'skipped', null, '0.2.0 has no archive for linux arm64'],
] as const;

function membersOf({ clients, hostile, now }: Names): UpgradeMember[] {
  return standings.flatMap(([ring, state, cause, reason], index) => {
    const client = clients[index];
    if (client === undefined) return [];
    const { id: clientId, hostName, platform } = client;
    return [
      {
        ...{ clientId, hostName, platform, clientVersion: '0.1.0', ring, state, version: '0.2.0', cause },
        reason: reason === true ? `exit code 9: ${hostile}` : reason,
        accepted: false,
        orderedAt: now - 50 * minute,
        heardAt: state === 'waiting' ? null : now - index * minute,
      },
    ];
  });
}

function upgradeOf({ idOf, now }: Names, change: Partial<ClientUpgradeDetail>): ClientUpgradeDetail {
  const ringList = [
    { ring: 1, members: 1, startedAt: now - 90 * minute, counts: { ...none, blessed: 1 } },
    {
      ring: 2,
      members: 7,
      startedAt: now - 50 * minute,
      counts: { ...none, blessed: 2, failed: 2, silent: 1, 'on-trial': 1, ordered: 1 },
    },
    { ring: 3, members: 40, startedAt: null, counts: { ...none, waiting: 40 } },
  ];
  return {
    id: idOf('upgrade 0.2.0'),
    action: 'upgrade',
    version: '0.2.0',
    collectionId: idOf('all'),
    collectionName: 'All clients',
    state: 'stopped',
    reason: 'Ring 2: 2 machines of 7 gave the version up or refused it; the limit is 1.',
    ring: 2,
    rings: ringList.length,
    members: 48,
    skipped: 1,
    ringList,
    createdAt: now - 90 * minute,
    createdBy: 'ada@example.org',
    changedAt: now - 5 * minute,
    rules: {
      failures: { percent: 5 },
      silence: { count: 3 },
      settleSeconds: 3_600,
      leaseSeconds: 7_200,
      trialSeconds: 180,
    },
    spreadSeconds: 600,
    causes: { died: 1, 'content.hash-mismatch': 1 },
    skippedFor: { '0.2.0 has no archive for linux arm64': 1 },
    ...change,
  };
}

export function upgradeData(names: Names): UpgradeData {
  const { clients, hostile, idOf, now } = names;
  return {
    versions: {
      items: [
        { version: '0.1.0', clients: clients.length - 9 },
        { version: '0.2.0', clients: 7 },
        { version: hostile, clients: 1 },
      ],
      total: clients.length,
    },
    upgrades: [
      upgradeOf(names, {}),
      upgradeOf(names, {
        id: idOf('upgrade before'),
        action: 'rollback',
        version: '0.1.0',
        state: 'withdrawn',
        reason: 'Withdrawn by ada@example.org.',
        createdAt: now - 3_000 * minute,
      }),
    ],
    members: membersOf(names),
  };
}

/** What was ordered of a client: what the upgrades say of it as a member. */
export function upgradesOf({ upgrades, members }: UpgradeData, clientId: string): UpgradeOfClient[] {
  const member = members.find((each) => each.clientId === clientId);
  if (member === undefined) return [];
  const { clientId: _id, hostName: _name, platform: _platform, clientVersion: _has, ...standing } = member;
  const at = (done: boolean) => (done ? member.heardAt : null);
  return upgrades.map(({ id, action, version, collectionName, state, createdAt }) => ({
    upgradeId: id ?? '',
    ...{ action, target: version, collectionName, upgradeState: state, createdAt },
    ...standing,
    trialAt: at(member.state !== 'ordered'),
    proofAt: at(member.state === 'blessed'),
    provedAt: at(member.state === 'blessed'),
    endedAt: at(member.state === 'blessed'),
  }));
}

/** A dry run: every ring is still to come. */
export function previewOf(
  { upgrades }: UpgradeData,
  asked: ClientUpgradeCreate,
): ClientUpgradeDetail | undefined {
  const [like] = upgrades;
  if (like === undefined) return undefined;
  const ringList = like.ringList.map((ring) => ({
    ...ring,
    startedAt: null,
    counts: { ...none, waiting: ring.members },
  }));
  const { action, version, collectionId } = asked;
  return { ...like, action, version, collectionId, ringList, id: null, state: 'running', causes: {} };
}
