/** The version of one client: the trial that it is on, as it goes, and what became of earlier orders. */
import {
  type ClientDetail,
  trialMs,
  trialStarts,
  type UpgradeMemberState,
  type UpgradeOfClient,
} from '@holdfast/contract/web';
import { Group, Stack, Text, Title } from '@mantine/core';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { upgradesOfClientQuery } from '../../api/upgrade-queries.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { column, Rows } from '../../parts/listing.tsx';
import { Lines, Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { memberLook, upgradeLooks, upgradeName } from './looks.ts';
import { MemberReason } from './members.tsx';

/** Its end is not known yet. */
const open: readonly UpgradeMemberState[] = ['waiting', 'ordered', 'on-trial', 'silent'];

function UpgradeLink({ row }: { row: UpgradeOfClient }) {
  return (
    <LinkAnchor to="/clients/versions/$upgradeId" params={{ upgradeId: row.upgradeId }} size="sm" fw={550}>
      {upgradeName({ action: row.action, version: row.target })}
    </LinkAnchor>
  );
}

/** What a version does before it is blessed, in its order. */
function stepsOf({ orderedAt, trialAt, proofAt, provedAt, endedAt, state }: UpgradeOfClient) {
  return [
    ['Ordered', orderedAt],
    ['On trial', trialAt],
    ['Carried out a deployment', proofAt],
    ['Proved to the site', provedAt],
    ['Blessed', state === 'blessed' ? endedAt : null],
  ] as const;
}

function Trial({ row }: { row: UpgradeOfClient }) {
  return (
    <Stack gap="sm">
      <ol className="plain-list trial" aria-label="Trial" aria-live="polite">
        {stepsOf(row).map(([label, at]) => (
          <li key={label}>
            {at === null ? (
              <IconCircle size={18} color="var(--mantine-color-gray-5)" aria-label="To come" />
            ) : (
              <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-label="Done" />
            )}
            <Text size="sm" {...(at === null ? { c: 'dimmed' } : {})}>
              {label}
            </Text>
            {at === null ? <span /> : <Ago at={at} />}
          </li>
        ))}
      </ol>
      {row.state === 'on-trial' && (
        <Text size="sm" c="dimmed">
          A version that fails {trialStarts} starts, or that is not blessed {trialMs / 60_000} minutes after
          the least time of its trial although the site answers, is given up for the one before.
        </Text>
      )}
    </Stack>
  );
}

function Latest({ row }: { row: UpgradeOfClient }) {
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <UpgradeLink row={row} />
        <LookBadge look={memberLook(row)} />
        <Text size="sm" c="dimmed">
          {row.ring > 0 && `ring ${row.ring}, `}
          {row.collectionName}; the upgrade is {upgradeLooks[row.upgradeState].label.toLowerCase()}
        </Text>
      </Group>
      {row.version !== row.target && open.includes(row.state) && (
        <Text size="sm">It takes {row.version} first, as a stepping stone.</Text>
      )}
      <MemberReason {...row} />
      {open.includes(row.state) && <Trial row={row} />}
    </Stack>
  );
}

const columns = [
  column<UpgradeOfClient>('Upgrade', (row) => <UpgradeLink row={row} />),
  column<UpgradeOfClient>('State', (row) => <LookBadge look={memberLook(row)} />),
  column<UpgradeOfClient>('Reason', (row) => <MemberReason {...row} />),
  column<UpgradeOfClient>('Ordered', ({ createdAt }) => <Ago at={createdAt} />),
];

function History({ rows }: { rows: UpgradeOfClient[] }) {
  const [latest, ...earlier] = rows;
  if (latest === undefined) {
    return (
      <Text size="sm" c="dimmed">
        No other version was ordered of this client from here.
      </Text>
    );
  }
  return (
    <Stack>
      <Latest row={latest} />
      {earlier.length > 0 && (
        <div>
          <Title order={3} size="h6" mb={4}>
            Before that
          </Title>
          <Rows
            label="Earlier upgrades"
            columns={columns}
            rows={earlier}
            keyOf={({ upgradeId }) => upgradeId}
          />
        </div>
      )}
    </Stack>
  );
}

export function ClientVersionSection({ client }: { client: ClientDetail }) {
  const { data, isError, error, refetch } = useQuery(upgradesOfClientQuery(client.id));
  return (
    <Section
      title="Version"
      aside={
        <Text size="sm" fw={600} className="hostile number">
          {client.clientVersion}
        </Text>
      }
    >
      {data === undefined &&
        (isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines count={2} />)}
      {data !== undefined && <History rows={data.items} />}
    </Section>
  );
}
