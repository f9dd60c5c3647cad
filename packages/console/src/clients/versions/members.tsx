/** Members of an upgrade, by host name: where each stands, and why. Their reasons are their own text. */
import type { UpgradeMember } from '@holdfast/contract/web';
import { Code, Group, NativeSelect, Text } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type MemberFilter, upgradeMembersQuery } from '../../api/upgrade-queries.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../../parts/listing.tsx';
import { Empty } from '../../parts/page.tsx';
import { PlatformIcon } from '../../parts/platform.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { causeWords, memberLook, memberLooks, memberStates } from './looks.ts';

/** Why a member stands where it does: the cause in words, or its code, and what it said itself. */
export function MemberReason({ cause, reason }: Pick<UpgradeMember, 'cause' | 'reason'>) {
  if (cause === null && reason === null) return null;
  const words = cause === null ? undefined : causeWords(cause);
  return (
    <div>
      {words !== undefined && (
        <Text size="sm" fw={550}>
          {words}
        </Text>
      )}
      {reason !== null && (
        <Text size="sm" className="hostile">
          {reason}
        </Text>
      )}
      {cause !== null && words === undefined && <Code className="hostile">{cause}</Code>}
    </div>
  );
}

const columns = [
  column<UpgradeMember>('Client', (row) => (
    <Group gap={8} wrap="nowrap">
      <PlatformIcon platform={row.platform} />
      <LinkAnchor
        to="/clients/$clientId"
        params={{ clientId: row.clientId }}
        className="row-link hostile"
        fw={550}
        size="sm"
        underline="never"
      >
        {row.hostName}
      </LinkAnchor>
    </Group>
  )),
  column<UpgradeMember>('Ring', ({ ring }) => <Text size="sm">{ring === 0 ? '' : ring}</Text>),
  column<UpgradeMember>('State', (row) => <LookBadge look={memberLook(row)} />),
  column<UpgradeMember>('Has', ({ clientVersion }) => (
    <Text size="sm" className="hostile number steady">
      {clientVersion}
    </Text>
  )),
  column<UpgradeMember>('Takes', ({ version, state }) => (
    <Text size="sm" className="number steady">
      {state === 'skipped' ? '' : version}
    </Text>
  )),
  column<UpgradeMember>('Reason', (row) => <MemberReason {...row} />),
  column<UpgradeMember>('Last word', ({ heardAt }) => <Ago at={heardAt} never="none yet" />),
];

export function Members({ upgradeId, rings }: { upgradeId: string; rings: number }) {
  const window = useWindow();
  const [filter, setFilter] = useState<MemberFilter>({});
  const query = useQuery(upgradeMembersQuery(upgradeId, { ...asked(window), ...filter }));
  const choose = (change: MemberFilter) => {
    setFilter({ ...filter, ...change });
    window.restart();
  };
  return (
    <Listing
      label="Members of the upgrade"
      query={query}
      window={window}
      columns={columns}
      keyOf={({ clientId }) => clientId}
      searchLabel="Search clients"
      filters={
        <>
          <NativeSelect
            aria-label="State"
            data={[
              { value: '', label: 'All states' },
              ...memberStates.map((value) => ({ value, label: memberLooks[value].label })),
            ]}
            value={filter.state ?? ''}
            onChange={({ currentTarget: { value } }) =>
              choose({ state: memberStates.find((state) => state === value) })
            }
          />
          <NativeSelect
            aria-label="Ring"
            data={[
              { value: '', label: 'All rings' },
              ...Array.from({ length: rings }, (_, index) => ({
                value: String(index + 1),
                label: `Ring ${index + 1}`,
              })),
              { value: '0', label: 'In no ring' },
            ]}
            value={filter.ring ?? ''}
            onChange={({ currentTarget: { value } }) => choose({ ring: value === '' ? undefined : value })}
          />
        </>
      }
      empty={<Empty icon={IconDevices} title="No member is like this" />}
    />
  );
}
