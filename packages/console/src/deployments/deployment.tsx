/** One deployment: what it is, how it stands, and how it stands on each client. */
import type { DeploymentClient, DeploymentDetail, DeploymentState } from '@holdfast/contract/web';
import { Grid, NativeSelect, Text } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { deploymentClientsQuery, deploymentQuery } from '../api/queries.ts';
import { Confirm } from '../parts/confirm.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Facts, Lines, Page, Section } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { StateBadge, StateRing, stateLooks, states } from '../parts/states.tsx';
import { Ago, shortTime } from '../parts/times.tsx';
import { Purpose } from './deployments.tsx';

const columns = [
  column<DeploymentClient>('Client', (row) => (
    <LinkAnchor
      to="/clients/$clientId"
      params={{ clientId: row.clientId }}
      className="row-link hostile"
      fw={550}
      size="sm"
      underline="never"
    >
      {row.hostName}
    </LinkAnchor>
  )),
  column<DeploymentClient>('State', (row) => <StateBadge state={row.state} />),
  column<DeploymentClient>('Last message', (row) => (
    <Text size="sm" className="hostile">
      {row.text}
    </Text>
  )),
  column<DeploymentClient>('When', (row) => <Ago at={row.at} never="not yet" />),
];

function Clients({ id }: { id: string }) {
  const window = useWindow();
  const [state, setState] = useState<DeploymentState>();
  const query = useQuery(deploymentClientsQuery(id, { ...asked(window), state }));
  const choose = (value: string) => {
    setState(states.find((each) => each === value));
    window.restart();
  };
  return (
    <Listing
      label="Clients of the deployment"
      query={query}
      window={window}
      columns={columns}
      keyOf={(row) => row.clientId}
      searchLabel="Search clients"
      filters={
        <NativeSelect
          aria-label="State"
          data={[
            { value: '', label: 'All states' },
            ...states.map((each) => ({ value: each, label: stateLooks[each].label })),
          ]}
          value={state ?? ''}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      }
      empty={
        <Empty icon={IconDevices} title={state === undefined ? 'No clients' : 'No client in this state'}>
          {state === undefined && 'The collection of this deployment has no members.'}
        </Empty>
      }
    />
  );
}

export function DeploymentFacts({ deployment }: { deployment: DeploymentDetail }) {
  const time = (at: number | null, otherwise: string) => (at === null ? otherwise : shortTime(at));
  return (
    <Facts
      rows={[
        [
          'Package',
          <LinkAnchor
            key="package"
            to="/packages/$packageId"
            params={{ packageId: deployment.packageId }}
            size="sm"
          >
            {deployment.packageName} {deployment.packageVersion}
          </LinkAnchor>,
        ],
        ['Program', deployment.programName],
        [
          'Collection',
          <LinkAnchor
            key="collection"
            to="/collections/$collectionId"
            params={{ collectionId: deployment.collectionId }}
            size="sm"
          >
            {deployment.collectionName}
          </LinkAnchor>,
        ],
        ['Action', deployment.intent === 'uninstall' ? 'Uninstall' : 'Install'],
        ['Purpose', <Purpose key="purpose" deployment={deployment} />],
        ['Available', time(deployment.availableAt, 'at once')],
        [
          'Deadline',
          time(deployment.deadlineAt, deployment.purpose === 'required' ? 'as soon as available' : 'none'),
        ],
      ]}
    />
  );
}

function Withdraw({ deployment }: { deployment: DeploymentDetail }) {
  if (deployment.withdrawnAt !== null) return null;
  return (
    <Confirm
      label="Withdraw"
      title="Withdraw this deployment?"
      act={() => change('DELETE', `/deployments/${deployment.id}`)}
      done="The deployment is withdrawn."
    >
      Clients stop enforcing it at their next check-in. Software that is installed already stays.
    </Confirm>
  );
}

export function DeploymentPage({ id }: { id: string }) {
  const { data: deployment, isError, error, refetch } = useQuery(deploymentQuery(id));
  if (deployment === undefined) {
    return (
      <Page title="Deployment">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  return (
    <Page
      title={`${deployment.packageName} ${deployment.packageVersion}`}
      about={
        <>
          <LinkAnchor to="/deployments" size="sm">
            Deployments
          </LinkAnchor>{' '}
          · to {deployment.collectionName}
        </>
      }
      actions={<Withdraw deployment={deployment} />}
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Section title="Progress">
            <StateRing counts={deployment.states} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Section title="Deployment">
            <DeploymentFacts deployment={deployment} />
          </Section>
        </Grid.Col>
      </Grid>
      <Clients id={id} />
    </Page>
  );
}
