/** Rings of an upgrade as pictures: one bar for each, with its members by state. */
import type { ClientUpgradeSummary, RingCounts, UpgradeRing } from '@holdfast/contract/web';
import { Group, Stack, Text } from '@mantine/core';
import { counted } from '../../parts/counted.ts';
import { CountBar, CountLegend, type StateCount } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { ringLooks } from './looks.ts';

const states = Object.keys(ringLooks) as (keyof RingCounts)[];

const shownOf = (counts: RingCounts): StateCount[] =>
  states
    .map((state) => ({ ...ringLooks[state], state, count: counts[state] }))
    .filter(({ count }) => count > 0);

const membersOf = (counts: RingCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** All rings together. */
function together(rings: readonly UpgradeRing[]): RingCounts {
  const all: RingCounts = {
    waiting: 0,
    ordered: 0,
    'on-trial': 0,
    blessed: 0,
    failed: 0,
    silent: 0,
    accepted: 0,
  };
  for (const { counts } of rings) for (const state of states) all[state] += counts[state];
  return all;
}

type RingsOf = Pick<ClientUpgradeSummary, 'id' | 'ringList' | 'ring' | 'state'>;

/** When it began, or in a dry run would begin. */
function Beginning({ ring: { startedAt }, planned }: { ring: UpgradeRing; planned: boolean }) {
  if (startedAt === null) return planned ? 'after the one before' : 'not begun';
  if (planned) return 'at once';
  return (
    <>
      began <Ago at={startedAt} />
    </>
  );
}

function Ring({ ring, upgrade }: { ring: UpgradeRing; upgrade: RingsOf }) {
  const { id, state } = upgrade;
  const members = membersOf(ring.counts);
  const planned = id === null;
  const under = !planned && state !== 'done' && state !== 'withdrawn' && ring.ring === upgrade.ring;
  return (
    <li className="ring">
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={under ? 650 : 500}>
          Ring {ring.ring}
          {under && ' (under way)'}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {counted(members, 'machine', 'machines')}, <Beginning ring={ring} planned={planned} />
        </Text>
      </Group>
      <CountBar shown={shownOf(ring.counts)} total={members} size={16} name={`Ring ${ring.ring}`} />
    </li>
  );
}

/** Every ring with its bar, and what the colours are. */
export function Rings({ upgrade }: { upgrade: RingsOf }) {
  return (
    <div className="rings">
      <ol className="plain-list" aria-label="Rings">
        {upgrade.ringList.map((each) => (
          <Ring key={each.ring} ring={each} upgrade={upgrade} />
        ))}
      </ol>
      <CountLegend shown={shownOf(together(upgrade.ringList))} label="Members by state" />
    </div>
  );
}

/** All rings beside each other, each as wide as its share of the members: for a row of a list. */
export function RingsLine({ upgrade }: { upgrade: RingsOf & Pick<ClientUpgradeSummary, 'rings'> }) {
  const all = together(upgrade.ringList);
  const members = membersOf(all);
  return (
    <Stack gap={4} miw={170}>
      <div className="ring-line">
        {upgrade.ringList.map(({ ring, counts }) => (
          <div key={ring} style={{ flexGrow: membersOf(counts) }}>
            <CountBar shown={shownOf(counts)} total={membersOf(counts)} name={`Ring ${ring}`} />
          </div>
        ))}
      </div>
      <Text size="xs" c="dimmed">
        {all.blessed.toLocaleString()} of {members.toLocaleString()} blessed, ring {upgrade.ring} of{' '}
        {upgrade.rings}
      </Text>
    </Stack>
  );
}
