/** All deployments of the site. */
import type { DeploymentSummary } from '@holdfast/contract/web';
import { Badge, Group, Text } from '@mantine/core';
import { IconPlus, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { deploymentsQuery } from '../api/queries.ts';
import { DeploymentName } from '../parts/deployment-name.tsx';
import { LinkButton } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { StateBar } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';

const columns = [
  column<DeploymentSummary>('Deployment', (row) => <DeploymentName id={row.id} named={row} />),
  column<DeploymentSummary>('Collection', (row) => (
    <Text size="sm" className="hostile">
      {row.collectionName}
    </Text>
  )),
  column<DeploymentSummary>('Purpose', (row) => <Purpose deployment={row} />),
  column<DeploymentSummary>('Progress', (row) => <StateBar counts={row.states} total={row.targeted} />),
  column<DeploymentSummary>('Created', (row) => <Ago at={row.createdAt} />),
];

export function Purpose({ deployment }: { deployment: DeploymentSummary }) {
  return (
    <Group gap={6}>
      <Text size="sm">{deployment.purpose === 'required' ? 'Required' : 'Available'}</Text>
      {deployment.withdrawnAt !== null && (
        <Badge color="gray" variant="light" radius="sm" size="sm">
          Withdrawn
        </Badge>
      )}
    </Group>
  );
}

export function DeploymentsPage() {
  const window = useWindow();
  const query = useQuery(deploymentsQuery(asked(window)));
  const deploy = (
    <LinkButton to="/deployments/new" leftSection={<IconPlus size={16} />}>
      Deploy
    </LinkButton>
  );
  return (
    <Page title="Deployments" about="Programs that collections are to have, or may have." actions={deploy}>
      <Listing
        label="Deployments"
        query={query}
        window={window}
        columns={columns}
        keyOf={(row) => row.id}
        searchLabel="Search deployments"
        empty={
          <Empty icon={IconRocket} title="Nothing is deployed" action={deploy}>
            A deployment brings a program of a package to every client of a collection, and keeps it there.
          </Empty>
        }
      />
    </Page>
  );
}
