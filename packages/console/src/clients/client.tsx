/** One client: its facts, its certificate, its deployments, and what it told. */
import type { ClientDetail } from '@holdfast/contract/web';
import { Badge, Grid, Group, Stack, Text } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { change } from '../api/http.ts';
import { clientQuery } from '../api/queries.ts';
import { Confirm } from '../parts/confirm.tsx';
import { DeploymentName } from '../parts/deployment-name.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { column, Rows } from '../parts/listing.tsx';
import { Empty, Facts, Lines, Page, Section } from '../parts/page.tsx';
import { PlatformIcon, platformName, systemName } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { StateBadge } from '../parts/states.tsx';
import { Ago, shortTime } from '../parts/times.tsx';
import { ClientHealthSection } from './health/health.tsx';
import { ClientTimeline } from './timeline.tsx';
import { ClientVersionSection } from './versions/of-client.tsx';
import { wireWords } from './wires.ts';

type ClientDeployment = ClientDetail['deployments'][number];

const deploymentColumns = [
  column<ClientDeployment>('Package', (row) => <DeploymentName id={row.deploymentId} named={row} />),
  column<ClientDeployment>('State', (row) => <StateBadge state={row.state} />),
  column<ClientDeployment>('Last message', (row) => (
    <Text size="sm" className="hostile">
      {row.text}
    </Text>
  )),
  column<ClientDeployment>('When', (row) => <Ago at={row.at} never="not yet" />),
];

/** When it came to the system that it has, and from which. */
function systemChangeRow({ systemChange }: ClientDetail): [string, ReactNode][] {
  if (systemChange === null) return [];
  return [
    [
      'System since',
      <span key="system" className="hostile">
        <Ago at={systemChange.at} />, before that {systemChange.from}
      </span>,
    ],
  ];
}

function ClientFacts({ client }: { client: ClientDetail }) {
  const { facts } = client;
  return (
    <Facts
      rows={[
        ['System', systemName(facts)],
        ...systemChangeRow(client),
        ['Platform', `${platformName(client.platform)}, ${facts.architecture}`],
        ['Client version', facts.clientVersion],
        ['Wire', wireWords[client.wire]],
        ['Enrolled', <Ago key="enrolled" at={client.enrolledAt} />],
        ['Last seen', <Ago key="seen" at={client.lastSeenAt} />],
        [
          'Boot',
          <span key="boot" className="mono">
            {facts.bootId}
          </span>,
        ],
        [
          'System epoch',
          <span key="epoch" className="mono">
            {facts.osEpoch}
          </span>,
        ],
        [
          'Client id',
          <span key="id" className="mono">
            {client.id}
          </span>,
        ],
      ]}
    />
  );
}

function Certificate({ client }: { client: ClientDetail }) {
  const { serial, expiresAt } = client.certificate;
  return (
    <Stack gap="sm">
      <Facts
        rows={[
          [
            'Serial number',
            <span key="serial" className="mono">
              {serial === '' ? 'none' : serial}
            </span>,
          ],
          ...(serial === '' ? [] : [['Valid until', shortTime(expiresAt)] as const]),
          ['Revoked', client.revokedAt === null ? 'no' : shortTime(client.revokedAt)],
        ]}
      />
      {client.revokedAt === null && (
        <Group>
          <Confirm
            label="Revoke certificate"
            title={`Revoke the certificate of ${client.hostName}?`}
            act={() => change('DELETE', `/clients/${client.id}/certificate`)}
            done="The certificate is revoked."
            button={{ size: 'xs' }}
          >
            From its next request on, the site refuses this client: it gets no policy and no content, and its
            messages are not taken. To manage it again, enrol it anew.
          </Confirm>
        </Group>
      )}
    </Stack>
  );
}

function Collections({ client }: { client: ClientDetail }) {
  if (client.collections.length === 0) return null;
  return (
    <Group gap={6}>
      {client.collections.map(({ id, name }) => (
        <LinkAnchor key={id} to="/collections/$collectionId" params={{ collectionId: id }} size="sm">
          <Badge variant="light" tt="none" radius="sm" fw={500} style={{ cursor: 'inherit' }}>
            {name}
          </Badge>
        </LinkAnchor>
      ))}
    </Group>
  );
}

function Heading({ client }: { client: ClientDetail }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <PlatformIcon platform={client.platform} size={26} />
      <span className="hostile">{client.hostName}</span>
      {client.revokedAt !== null && (
        <Badge color="red" variant="light" radius="sm">
          Revoked
        </Badge>
      )}
    </Group>
  );
}

export function ClientPage({ id }: { id: string }) {
  const { data: client, isError, error, refetch } = useQuery(clientQuery(id));
  if (client === undefined) {
    return (
      <Page title="Client">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  return (
    <Page
      title={client.hostName}
      heading={<Heading client={client} />}
      about={
        <Group gap="xs">
          <LinkAnchor to="/clients" size="sm">
            Clients
          </LinkAnchor>
          <Collections client={client} />
        </Group>
      }
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Section title="Facts">
            <ClientFacts client={client} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Section title="Certificate">
            <Certificate client={client} />
          </Section>
        </Grid.Col>
      </Grid>
      <ClientVersionSection client={client} />
      <ClientHealthSection client={client} />
      <Section title="Deployments">
        {client.deployments.length === 0 ? (
          <Empty icon={IconRocket} title="Nothing is deployed to this client">
            Deploy a program to a collection that this client is in.
          </Empty>
        ) : (
          <Rows
            label="Deployments"
            columns={deploymentColumns}
            rows={client.deployments}
            keyOf={(row) => row.deploymentId}
          />
        )}
      </Section>
      <ClientTimeline client={client} />
    </Page>
  );
}
