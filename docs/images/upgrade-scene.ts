/** For the pictures: an upgrade of the clients that went wrong in its second ring, told by clients of the wire. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ClientUpgradeDetail,
  CollectionSummary,
  Page,
  StatusName,
  UpgradeMember,
} from '@holdfast/contract';
import { addRelease } from '../../e2e/support/life-site.ts';
import type { TestSite } from '../../e2e/support/site.ts';
import { enrolVersioned, type VersionedClient } from '../../e2e/support/wire-versions.ts';

const version = '0.2.0';
const previous = '0.1.0';
const desks = 24;

/** Words of the first members of the second ring, by host name. */
const words: readonly (readonly [StatusName, Record<string, string | number>])[] = [
  ['version-waits', { gate: 'no-pending-reboot', reason: 'an update of the system waits for a restart' }],
  ['version-on-trial', {}],
  ['version-reverted', { starts: 3, cause: 'died', reason: 'exit code 134 after 31 s' }],
];

/** The site looks at its upgrades every few seconds. */
async function secondRing(api: TestSite['api'], id: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const { ring } = await api.get<ClientUpgradeDetail>(`/client-upgrades/${id}`);
    if (ring === 2) return;
    assert.ok(Date.now() < end, 'the second ring does not begin');
    await sleep(200);
  }
}

/** Answers the id of the upgrade, and what closes its clients. */
export async function upgradeScene(
  running: TestSite,
): Promise<{ readonly id: string; readonly close: () => void }> {
  const { api } = running;
  await addRelease(running, version);
  const clients: VersionedClient[] = [];
  for (let number = 1; number <= desks; number += 1) {
    const hostName = `desk-${String(number).padStart(2, '0')}`;
    clients.push(await enrolVersioned(running, { hostName, osName: 'Field desk', clientVersion: previous }));
  }
  const query = { all: [{ attribute: 'osName', operator: 'equals', value: 'Field desk' }] };
  const { id: collectionId } = await api.post<CollectionSummary>('/collections', { name: 'Desks', query });
  const rings = [{ count: 2 }, { count: 8 }, { rest: true }];
  const order = { action: 'upgrade', version, collectionId, rings, settleSeconds: 0, spreadSeconds: 0 };
  const { id } = await api.post<ClientUpgradeDetail>('/client-upgrades', order);
  assert.ok(id);
  const membersOf = async (ring: number): Promise<VersionedClient[]> => {
    const path = `/client-upgrades/${id}/members?ring=${ring}`;
    const { items } = await api.get<Page<UpgradeMember>>(path);
    return items.flatMap((member) => clients.find(({ clientId }) => clientId === member.clientId) ?? []);
  };
  for (const client of await membersOf(1)) await client.takes(id, version, previous);
  await secondRing(api, id);
  const second = await membersOf(2);
  const say = async (from: number, to: number) => {
    for (const [index, [name, details]] of words.entries()) {
      if (index < from || index >= to) continue;
      await second[index]?.tell(name, { upgradeId: id, version, previous, ...details });
    }
  };
  // Whoever is on its way holds the third ring back until the last word stops everything.
  await say(0, words.length - 1);
  for (const client of second.slice(words.length)) await client.takes(id, version, previous);
  await say(words.length - 1, words.length);
  const close = () => {
    for (const client of clients) client.close();
  };
  return { id, close };
}
