/** All collections of the site. */
import type { CollectionSummary } from '@holdfast/contract/web';
import { Badge, Group, Text } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { collectionsQuery } from '../api/queries.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { queryWords } from './words.ts';

const columns = [
  column<CollectionSummary>('Collection', (row) => (
    <>
      <Group gap={8}>
        <LinkAnchor
          to="/collections/$collectionId"
          params={{ collectionId: row.id }}
          className="row-link hostile"
          fw={550}
          size="sm"
          underline="never"
        >
          {row.name}
        </LinkAnchor>
        {row.builtIn && (
          <Badge variant="light" color="gray" radius="sm" size="sm" tt="none">
            built in
          </Badge>
        )}
      </Group>
      {row.description !== '' && (
        <Text size="xs" c="dimmed" className="hostile">
          {row.description}
        </Text>
      )}
    </>
  )),
  column<CollectionSummary>('Members by', (row) => (
    <Text size="sm" className="hostile">
      {row.builtIn ? 'Every client of the site' : queryWords(row.query)}
      {row.query !== null && row.directMembers > 0 ? `, and ${row.directMembers} direct` : ''}
    </Text>
  )),
  column<CollectionSummary>('Members', (row) => (
    <Text size="sm" className="number">
      {row.members.toLocaleString()}
    </Text>
  )),
];

export function CollectionsPage() {
  const window = useWindow();
  const query = useQuery(collectionsQuery(asked(window)));
  const create = (
    <LinkButton to="/collections/new" leftSection={<IconPlus size={16} />}>
      Create a collection
    </LinkButton>
  );
  return (
    <Page
      title="Collections"
      about="Sets of clients, chosen one by one or by what they are."
      actions={create}
    >
      <Listing
        label="Collections"
        query={query}
        window={window}
        columns={columns}
        keyOf={(row) => row.id}
        searchLabel="Search collections"
        empty={
          <Empty icon={IconStack2} title="No collection yet" action={create}>
            Deployments go to collections.
          </Empty>
        }
      />
    </Page>
  );
}
