/** Versions of the client over the fleet: how many have which, the releases that there are, and every upgrade. */
import {
  type ClientReleaseSummary,
  type ClientUpgradeSummary,
  type ClientVersions,
  compareVersions,
} from '@holdfast/contract/web';
import { Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconArrowUp, IconVersions } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { releasesQuery } from '../../api/life-queries.ts';
import { upgradesQuery, versionsQuery } from '../../api/upgrade-queries.ts';
import { counted } from '../../parts/counted.ts';
import { LinkAnchor, LinkButton } from '../../parts/links.tsx';
import { asked, column, Listing, Rows, useWindow } from '../../parts/listing.tsx';
import { Empty, Lines, Section } from '../../parts/page.tsx';
import { PlatformIcon } from '../../parts/platform.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { NoRelease } from '../setups/lines.tsx';
import { upgradeLooks, upgradeName } from './looks.ts';
import { RingsLine } from './rings.tsx';

const isVersion = (text: string): boolean => compareVersions(text, text, 3) !== undefined;

/** The newest first; what is no version comes last. */
const newestFirst = (one: { version: string }, other: { version: string }): number =>
  compareVersions(other.version, one.version, 3) ??
  Number(isVersion(other.version)) - Number(isVersion(one.version));

function Bar({ version, clients, most }: ClientVersions['items'][number] & { most: number }) {
  return (
    <li>
      <Text size="sm" fw={550} className="hostile number">
        {version}
      </Text>
      <div
        className="share"
        aria-hidden
        style={{ '--share': `${most === 0 ? 0 : (clients / most) * 100}%` } as React.CSSProperties}
      />
      <Text size="sm" className="number">
        {counted(clients, 'client', 'clients')}
      </Text>
    </li>
  );
}

/** One bar for each version, beside each other to scale. */
function Bars({ versions: { items, total } }: { versions: ClientVersions }) {
  const most = Math.max(...items.map(({ clients }) => clients), 0);
  const others = total - items.reduce((sum, { clients }) => sum + clients, 0);
  if (total === 0) return <Text size="sm">No client yet.</Text>;
  return (
    <>
      <ul className="plain-list versions" aria-label="Clients by version">
        {items.toSorted(newestFirst).map((each) => (
          <Bar key={each.version} {...each} most={most} />
        ))}
      </ul>
      {others > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          {counted(others, 'client has', 'clients have')} yet other versions.
        </Text>
      )}
    </>
  );
}

function Fleet() {
  const { data: versions, isError, error, refetch } = useQuery(versionsQuery);
  return (
    <Section title="Versions over the fleet">
      {versions === undefined ? (
        isError ? (
          <ProblemNotice thrown={error} retry={refetch} />
        ) : (
          <Lines count={3} />
        )
      ) : (
        <Bars versions={versions} />
      )}
    </Section>
  );
}

const releaseColumns = [
  column<ClientReleaseSummary>('Release', ({ version, newest }) => (
    <Group gap="xs">
      <Text size="sm" fw={550} className="number">
        {version}
      </Text>
      {newest && (
        <Badge variant="light" radius="sm" tt="none" size="sm">
          Newest
        </Badge>
      )}
    </Group>
  )),
  column<ClientReleaseSummary>('Clients', ({ clients }) => (
    <Text size="sm" className="number">
      {clients.toLocaleString()}
    </Text>
  )),
  column<ClientReleaseSummary>('To be ordered for', ({ archives }) =>
    archives.length === 0 ? (
      <Text size="sm" c="dimmed">
        nobody: its package alone
      </Text>
    ) : (
      <Group gap="xs">
        {archives.map(({ name, platform, architecture }) => (
          <Group key={name} gap={4} wrap="nowrap">
            <PlatformIcon platform={platform} size={16} />
            <Text size="sm">{architecture}</Text>
          </Group>
        ))}
      </Group>
    ),
  ),
  column<ClientReleaseSummary>('Added', ({ addedAt }) => <Ago at={addedAt} />),
];

function Releases() {
  const { data: releases, isError, error, refetch } = useQuery(releasesQuery);
  return (
    <Section
      title="Releases"
      aside={
        <LinkAnchor to="/settings/releases" size="sm">
          Packages and trust
        </LinkAnchor>
      }
    >
      {releases === undefined &&
        (isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines count={3} />)}
      {releases?.items.length === 0 && <NoRelease />}
      {releases !== undefined && releases.items.length > 0 && (
        <Rows
          label="Releases"
          columns={releaseColumns}
          rows={releases.items}
          keyOf={({ version }) => version}
        />
      )}
    </Section>
  );
}

const upgradeColumns = [
  column<ClientUpgradeSummary>('Upgrade', (row) => (
    <LinkAnchor
      to="/clients/versions/$upgradeId"
      params={{ upgradeId: row.id ?? '' }}
      className="row-link"
      fw={550}
      size="sm"
      underline="never"
    >
      {upgradeName(row)}
    </LinkAnchor>
  )),
  column<ClientUpgradeSummary>('Collection', ({ collectionName }) => (
    <Text size="sm" className="hostile">
      {collectionName}
    </Text>
  )),
  column<ClientUpgradeSummary>('State', ({ state }) => <LookBadge look={upgradeLooks[state]} />),
  column<ClientUpgradeSummary>('Rings', (row) => <RingsLine upgrade={row} />),
  column<ClientUpgradeSummary>('Reason', ({ reason }) => (
    <Text size="sm" className="hostile">
      {reason}
    </Text>
  )),
  column<ClientUpgradeSummary>('Ordered', ({ createdAt }) => <Ago at={createdAt} />),
];

const orders = (
  <>
    <LinkButton
      to="/clients/versions/order"
      search={{ action: 'rollback' }}
      variant="default"
      leftSection={<IconArrowBackUp size={16} />}
    >
      Roll back
    </LinkButton>
    <LinkButton
      to="/clients/versions/order"
      search={{ action: 'upgrade' }}
      leftSection={<IconArrowUp size={16} />}
    >
      Upgrade clients
    </LinkButton>
  </>
);

function Upgrades() {
  const window = useWindow();
  const query = useQuery(upgradesQuery(asked(window)));
  return (
    <Listing
      label="Upgrades"
      query={query}
      window={window}
      columns={upgradeColumns}
      keyOf={({ id, createdAt }) => id ?? String(createdAt)}
      searchLabel="Search upgrades"
      filters={orders}
      empty={
        <Empty icon={IconVersions} title="No client was upgraded from here yet">
          An order brings a release to the clients of a collection, a few of them first. A version that does
          not prove itself is given up by the client, and a ring that goes wrong stops the rest.
        </Empty>
      }
    />
  );
}

export function ClientVersionsPage() {
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Fleet />
        <Releases />
      </SimpleGrid>
      <Upgrades />
    </Stack>
  );
}
