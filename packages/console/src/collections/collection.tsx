/** One collection: how its members are found, who they are, and its direct members. */
import type { CollectionMember, CollectionSummary } from '@holdfast/contract/web';
import { Button, Group, Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDevices, IconPencil } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { clientChoicesQuery, collectionMembersQuery, collectionQuery } from '../api/queries.ts';
import { clientColumns, clientKey } from '../clients/clients.tsx';
import { RepairClients } from '../clients/health/repair.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Facts, Lines, Page, Section } from '../parts/page.tsx';
import { notifyDone, notifyProblem, ProblemNotice } from '../parts/problems.tsx';
import { queryWords } from './words.ts';

const typingPause = 250;

/** Adds or takes away a direct member, and reads the lists again. */
function useMembership(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ clientId, member }: { clientId: string; member: boolean }) =>
      change(member ? 'PUT' : 'DELETE', `/collections/${id}/members/${clientId}`),
    onSuccess: async (_, { member }) => {
      notifyDone(member ? 'The client is a direct member.' : 'The client is no direct member any more.');
      await queries.invalidateQueries();
    },
    onError: notifyProblem,
  });
}

function AddMember({ id }: { id: string }) {
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [search] = useDebouncedValue(typed, typingPause);
  const { data } = useQuery(clientChoicesQuery(search));
  const membership = useMembership(id);
  const add = () => {
    if (chosen === null) return;
    membership.mutate({ clientId: chosen, member: true }, { onSuccess: () => setChosen(null) });
  };
  return (
    <Group gap="xs" align="flex-end" maw={520} wrap="nowrap">
      <Select
        label="Add a direct member"
        placeholder="Type a host name"
        searchable
        clearable
        flex={1}
        nothingFoundMessage="No client of this name"
        onSearchChange={setTyped}
        filter={({ options }) => options}
        data={(data?.items ?? []).map(({ id: clientId, hostName, osName }) => ({
          value: clientId,
          label: `${hostName} (${osName})`,
        }))}
        value={chosen}
        onChange={setChosen}
      />
      <Button variant="default" disabled={chosen === null} loading={membership.isPending} onClick={add}>
        Add
      </Button>
    </Group>
  );
}

function Members({ collection }: { collection: CollectionSummary }) {
  const window = useWindow();
  const query = useQuery(collectionMembersQuery(collection.id, asked(window)));
  const membership = useMembership(collection.id);
  const removal = column<CollectionMember>('', (client) =>
    client.direct ? (
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        className="above"
        aria-label={`Remove ${client.hostName} from the direct members`}
        onClick={() => membership.mutate({ clientId: client.id, member: false })}
      >
        Remove
      </Button>
    ) : null,
  );
  const columns = [
    ...clientColumns<CollectionMember>(),
    ...(collection.directMembers === 0 ? [] : [removal]),
  ];
  return (
    <Listing
      label="Members"
      query={query}
      window={window}
      columns={columns}
      keyOf={clientKey}
      searchLabel="Search members"
      empty={
        <Empty icon={IconDevices} title="No members">
          {collection.builtIn
            ? 'Every client that enrols is a member.'
            : 'Add direct members, or change the query until it finds some.'}
        </Empty>
      }
    />
  );
}

function Actions({ collection }: { collection: CollectionSummary }) {
  const navigate = useNavigate();
  if (collection.builtIn) return null;
  return (
    <>
      <Confirm
        label="Remove"
        title={`Remove ${collection.name}?`}
        act={() => change('DELETE', `/collections/${collection.id}`)}
        done="The collection is removed."
        afterwards={() => void navigate({ to: '/collections' })}
      >
        Its clients stay. A collection that deployments go to cannot be removed.
      </Confirm>
      <LinkButton
        to="/collections/$collectionId/edit"
        params={{ collectionId: collection.id }}
        variant="default"
        leftSection={<IconPencil size={16} />}
      >
        Edit
      </LinkButton>
    </>
  );
}

export function CollectionPage({ id }: { id: string }) {
  const { data: collection, isError, error, refetch } = useQuery(collectionQuery(id));
  if (collection === undefined) {
    return (
      <Page title="Collection">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  return (
    <Page
      title={collection.name}
      about={
        <>
          <LinkAnchor to="/collections" size="sm">
            Collections
          </LinkAnchor>
          {collection.description === '' ? '' : ` · ${collection.description}`}
        </>
      }
      actions={
        <>
          <Actions collection={collection} />
          <RepairClients target={{ collectionId: collection.id }} name={collection.name} />
          <LinkButton to="/deployments/new" search={{ collectionId: collection.id }}>
            Deploy
          </LinkButton>
        </>
      }
    >
      <Section title="Membership">
        <Facts
          rows={[
            ['Query', collection.builtIn ? 'Every client of the site' : queryWords(collection.query)],
            ['Direct members', collection.directMembers.toLocaleString()],
            ['Members', collection.members.toLocaleString()],
          ]}
        />
        {!collection.builtIn && (
          <Text component="div" mt="md">
            <AddMember id={collection.id} />
          </Text>
        )}
      </Section>
      <Members collection={collection} />
    </Page>
  );
}
