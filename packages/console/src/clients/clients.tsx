/** All clients of the site. */
import { type ClientSummary, currentWire, type HealthState, type Wire, wires } from '@holdfast/contract/web';
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
import { wireOfText, wireWords } from './wires.ts';

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
    <Group gap={8} wrap="nowrap">
      <Text size="sm" className="hostile number">
        {client.clientVersion}
      </Text>
      {client.wire !== currentWire && (
        <Badge color="orange" variant="light" size="sm" radius="sm" tt="none" title={wireWords[client.wire]}>
          wire {client.wire}
        </Badge>
      )}
    </Group>
  )),
  column<T>('Enrolled', (client) => <Ago at={client.enrolledAt} />),
  column<T>('Last seen', (client) => <Ago at={client.lastSeenAt} />),
];

const columns = clientColumns<ClientSummary>();

export const clientKey = (client: ClientSummary): string => client.id;

type ClientsAsked = { readonly health?: HealthState | undefined; readonly wire?: Wire | undefined };

/** Choices of what the list shows; each keeps the other. */
function Filters({
  asked: { health, wire },
  choose,
}: {
  asked: ClientsAsked;
  choose(to: ClientsAsked): void;
}) {
  return (
    <>
      <NativeSelect
        aria-label="Health"
        data={[
          { value: '', label: 'Any health' },
          ...healthStates.map((value) => ({ value, label: healthLooks[value].label })),
        ]}
        value={health ?? ''}
        onChange={(event) => choose({ health: healthStateOf(event.currentTarget.value), wire })}
      />
      <NativeSelect
        aria-label="Wire"
        data={[
          { value: '', label: 'Any wire' },
          ...wires.map((value) => ({ value: String(value), label: wireWords[value] })),
        ]}
        value={wire === undefined ? '' : String(wire)}
        onChange={(event) => choose({ health, wire: wireOfText(event.currentTarget.value) })}
      />
    </>
  );
}

export function ClientsPage({ health, wire }: ClientsAsked) {
  const window = useWindow();
  const navigate = useNavigate();
  const query = useQuery(
    clientsQuery({ ...asked(window), health, wire: wire === undefined ? undefined : String(wire) }),
  );
  const choose = (chosen: ClientsAsked) => {
    window.restart();
    const search = {
      ...(chosen.health === undefined ? {} : { health: chosen.health }),
      ...(chosen.wire === undefined ? {} : { wire: chosen.wire }),
    };
    void navigate({ to: '/clients', search });
  };
  return (
    <Listing
      label="Clients"
      query={query}
      window={window}
      columns={columns}
      keyOf={clientKey}
      searchLabel="Search clients"
      filters={<Filters asked={{ health, wire }} choose={choose} />}
      empty={
        health === undefined && wire === undefined ? (
          <Empty icon={IconDevices} title="No client yet" action={<AddClient />}>
            Create an enrolment token and run one line on the machine that is to be managed.
          </Empty>
        ) : (
          <Empty icon={IconDevices} title="No client is so" />
        )
      }
    />
  );
}
