/** All clients of the site. */
import type { ClientSummary } from '@holdfast/contract/web';
import { Badge, Group, Text } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { clientsQuery } from '../api/queries.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { PlatformIcon, systemName } from '../parts/platform.tsx';
import { Ago } from '../parts/times.tsx';
import { AddClient } from './add-client.tsx';

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

export function ClientsPage() {
  const window = useWindow();
  const query = useQuery(clientsQuery(asked(window)));
  return (
    <Page title="Clients" about="Machines that this site manages." actions={<AddClient />}>
      <Listing
        label="Clients"
        query={query}
        window={window}
        columns={columns}
        keyOf={clientKey}
        searchLabel="Search clients"
        empty={
          <Empty icon={IconDevices} title="No client yet" action={<AddClient />}>
            Create an enrolment token and run one command on the machine that is to be managed.
          </Empty>
        }
      />
    </Page>
  );
}
