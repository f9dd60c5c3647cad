/** Releases of the client that the site hands out: their packages, who has them, and taking one away. */
import type { ClientPackage, ClientReleaseSummary, ClientReleases } from '@holdfast/contract/web';
import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { change } from '../api/http.ts';
import { releasesQuery } from '../api/life-queries.ts';
import { NoRelease } from '../clients/setups/lines.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { counted } from '../parts/counted.ts';
import { column, Rows } from '../parts/listing.tsx';
import { Facts, Lines, Section } from '../parts/page.tsx';
import { PlatformIcon } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { byteSize } from '../parts/sizes.ts';
import { Ago, shortTime } from '../parts/times.tsx';

const columns = [
  column<ClientPackage>('Package', (row) => (
    <Group gap={8} wrap="nowrap">
      <PlatformIcon platform={row.platform} />
      <Text size="sm" fw={550} className="hostile">
        {row.name}
      </Text>
    </Group>
  )),
  column<ClientPackage>('For', (row) => <Text size="sm">{row.architecture}</Text>),
  column<ClientPackage>('Size', (row) => (
    <Text size="sm" className="number steady">
      {byteSize(row.size)}
    </Text>
  )),
  column<ClientPackage>('SHA-256', (row) => <span className="mono">{row.sha256}</span>),
];

function Delete({ release: { clients, newest, version } }: { release: ClientReleaseSummary }) {
  if (clients > 0) return null;
  return (
    <Confirm
      label="Delete"
      title={`Delete release ${version}?`}
      act={() => change('DELETE', `/client-releases/${version}`)}
      done={`Release ${version} is deleted.`}
      button={{ size: 'xs' }}
    >
      No client has it.{' '}
      {newest
        ? 'It is the newest: machines that are set up from now on get the one before it, where there is one.'
        : 'Machines that are set up get the newest in any case.'}
    </Confirm>
  );
}

function Release({ release }: { release: ClientReleaseSummary }) {
  return (
    <Section
      title={`Release ${release.version}`}
      aside={
        <Group gap="sm">
          {release.newest && (
            <Badge variant="light" radius="sm" tt="none">
              Newest
            </Badge>
          )}
          <Delete release={release} />
        </Group>
      }
    >
      <Stack gap="sm">
        <Facts
          rows={[
            ['Released', shortTime(release.releasedAt)],
            ['Added', <Ago key="added" at={release.addedAt} />],
            ['Floor', release.floor],
            ['Clients', counted(release.clients, 'client has it', 'clients have it')],
            [
              'Release key',
              <span key="key" className="mono">
                {release.keyId}
              </span>,
            ],
          ]}
        />
        <Rows
          label={`Packages of release ${release.version}`}
          columns={columns}
          rows={release.packages}
          keyOf={({ name }) => name}
        />
      </Stack>
    </Section>
  );
}

function Trust({ releases }: { releases: ClientReleases }) {
  if (releases.keyId === null) return null;
  return (
    <Section title="Trust">
      <Facts
        rows={[
          [
            'Release key',
            <span key="key" className="mono">
              {releases.keyId}
            </span>,
          ],
          ['Floor', releases.floor ?? 'none'],
        ]}
      />
      <Text size="sm" c="dimmed" mt="sm">
        The site takes releases of this key alone, and none below the floor.
      </Text>
    </Section>
  );
}

export function ReleasesPage() {
  const { data: releases, isError, error, refetch } = useQuery(releasesQuery);
  if (releases === undefined) return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        What new machines get, and what clients repair themselves from. Add one with holdfast release add.
      </Text>
      <Trust releases={releases} />
      {releases.items.length === 0 && <NoRelease />}
      {releases.items.map((release) => (
        <Release key={release.version} release={release} />
      ))}
    </Stack>
  );
}
