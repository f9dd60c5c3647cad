/** All clients of the site. */
import type { ClientSummary, HealthState } from '@holdfast/contract/web';
import { Badge, Group, NativeSelect, Text } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { clientsQuery } from '../api/queries.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty } from '../parts/page.tsx';
import { PlatformIcon, systemName } from '../parts/platform.tsx';
import { Ago } from '../parts/times.tsx';
import { AddClient } from './add-client.tsx';
import { healthLooks, healthStateOf, healthStates } from './health/looks.ts';

/** The columns of every list of clients. */
export const clientColumns = <T extends ClientSummary>() => [
  column<T>('Host name', (client) => (
    <Group gap={8} wrap="nowrap">
      <PlatformIcon platform={client.platform} />
      <LinkAnchor
        to="/clients/$clientId"
        params={{ clientId: client.id }}
        className="row-link hostile"
        fw={550}
        size="sm"
        underline="never"
      >
        {client.hostName}
      </LinkAnchor>
      {client.revokedAt !== null && (
        <Badge color="red" variant="light" size="sm" radius="sm">
          Revoked
        </Badge>
      )}
    </Group>
  )),
  column<T>('System', (client) => (
    <Text size="sm" className="hostile">
      {systemName(client)}{' '}
      <Text span size="xs" c="dimmed">
        {client.architecture}
      </Text>
    </Text>
  )),
  column<T>('Client version', (client) => (
    <Text size="sm" className="hostile number">
      {client.clientVersion}
    </Text>
  )),
  column<T>('Enrolled', (client) => <Ago at={client.enrolledAt} />),
  column<T>('Last seen', (client) => <Ago at={client.lastSeenAt} />),
];

const columns = clientColumns<ClientSummary>();

export const clientKey = (client: ClientSummary): string => client.id;

export function ClientsPage({ health }: { health: HealthState | undefined }) {
  const window = useWindow();
  const navigate = useNavigate();
  const query = useQuery(clientsQuery({ ...asked(window), health }));
  const choose = (value: string) => {
    const chosen = healthStateOf(value);
    window.restart();
    void navigate({ to: '/clients', search: chosen === undefined ? {} : { health: chosen } });
  };
  return (
    <Listing
      label="Clients"
      query={query}
      window={window}
      columns={columns}
      keyOf={clientKey}
      searchLabel="Search clients"
      filters={
        <NativeSelect
          aria-label="Health"
          data={[
            { value: '', label: 'Any health' },
            ...healthStates.map((value) => ({ value, label: healthLooks[value].label })),
          ]}
          value={health ?? ''}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      }
      empty={
        health === undefined ? (
          <Empty icon={IconDevices} title="No client yet" action={<AddClient />}>
            Create an enrolment token and run one line on the machine that is to be managed.
          </Empty>
        ) : (
          <Empty icon={IconDevices} title="No client is in this state" />
        )
      }
    />
  );
}
