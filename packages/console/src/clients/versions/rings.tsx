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

function Ring({ ring, under }: { ring: UpgradeRing; under: boolean }) {
  const members = membersOf(ring.counts);
  return (
    <li className="ring">
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={under ? 650 : 500}>
          Ring {ring.ring}
          {under && ' (under way)'}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {counted(members, 'machine', 'machines')},{' '}
          {ring.startedAt === null ? (
            'not begun'
          ) : (
            <>
              began <Ago at={ring.startedAt} />
            </>
          )}
        </Text>
      </Group>
      <CountBar shown={shownOf(ring.counts)} total={members} size={16} name={`Ring ${ring.ring}`} />
    </li>
  );
}

type RingsOf = Pick<ClientUpgradeSummary, 'ringList' | 'ring' | 'state'>;

/** Every ring with its bar, and what the colours are. */
export function Rings({ upgrade: { ringList, ring, state } }: { upgrade: RingsOf }) {
  const open = state !== 'done' && state !== 'withdrawn';
  return (
    <div className="rings">
      <ol className="plain-list" aria-label="Rings">
        {ringList.map((each) => (
          <Ring key={each.ring} ring={each} under={open && each.ring === ring} />
        ))}
      </ol>
      <CountLegend shown={shownOf(together(ringList))} label="Members by state" />
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
