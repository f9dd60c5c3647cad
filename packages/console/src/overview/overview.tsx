/** The start page: how many there are, how the deployments stand, and what was heard last. */
import { currentWire, type Overview } from '@holdfast/contract/web';
import { Grid, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import {
  IconDeviceDesktopX,
  IconDevices,
  IconHeartbeat,
  IconHistory,
  IconMessages,
  IconPackage,
  IconPlugConnectedX,
  IconRocket,
} from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { setupCountQuery } from '../api/life-queries.ts';
import { overviewQuery, statusQuery } from '../api/queries.ts';
import { LinkButton, LinkPaper } from '../parts/links.tsx';
import { RecentMessages } from '../parts/messages.tsx';
import { Empty, Lines, Page, Section } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { StateRing } from '../parts/states.tsx';

type TileProps = {
  readonly to: '/clients' | '/packages' | '/deployments';
  readonly label: string;
  readonly count: number;
  readonly about: string;
  readonly icon: typeof IconDevices;
};

function Tile({ to, label, count, about, icon: Icon }: TileProps) {
  return (
    <LinkPaper to={to} className="tile">
      <Text size="sm" c="dimmed" component="div" style={{ display: 'flex', justifyContent: 'space-between' }}>
        {label}
        <Icon size={18} stroke={1.6} aria-hidden />
      </Text>
      <Text fz={28} fw={650} lh={1.2} className="number">
        {count.toLocaleString()}
      </Text>
      <Text size="xs" c="dimmed">
        {about}
      </Text>
    </LinkPaper>
  );
}

function Tiles({ overview }: { overview: Overview }) {
  const { clients, packages, deployments } = overview;
  const revoked = clients.revoked > 0 ? `, ${clients.revoked} revoked` : '';
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
      <Tile
        to="/clients"
        label="Clients"
        count={clients.total}
        about={`${clients.seenLastDay} seen in the last day${revoked}`}
        icon={IconDevices}
      />
      <Tile
        to="/packages"
        label="Packages"
        count={packages}
        about="Software that can be deployed"
        icon={IconPackage}
      />
      <Tile
        to="/deployments"
        label="Deployments"
        count={deployments}
        about="Programs for collections"
        icon={IconRocket}
      />
    </SimpleGrid>
  );
}

function Counts({ overview }: { overview: Overview }) {
  return (
    <Stack gap="md">
      <Tiles overview={overview} />
      <Attention overview={overview} />
    </Stack>
  );
}

/** What is wrong with clients themselves, each count with the list of whom it counts. */
function Attention({ overview: { clients } }: { overview: Overview }) {
  const { data: failedSetups } = useQuery(setupCountQuery('failed'));
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
      <LinkPaper to="/clients" search={{ health: 'failed' }} className="tile">
        <Count label="Unhealthy clients" icon={IconHeartbeat} count={clients.unhealthy} />
      </LinkPaper>
      <LinkPaper to="/clients" search={{ health: 'silent' }} className="tile">
        <Count label="Silent clients" icon={IconPlugConnectedX} count={clients.silent} />
      </LinkPaper>
      <LinkPaper to="/clients/setups" search={{ state: 'failed' }} className="tile">
        <Count label="Failed set-ups" icon={IconDeviceDesktopX} count={failedSetups} />
      </LinkPaper>
      {clients.wires
        .filter(({ wire, clients: count }) => wire < currentWire && count > 0)
        .map(({ wire, clients: count }) => (
          <LinkPaper key={wire} to="/clients" search={{ wire }} className="tile">
            <Count label={`Clients that speak wire ${wire}`} icon={IconHistory} count={count} />
          </LinkPaper>
        ))}
    </SimpleGrid>
  );
}

/** One line: quiet where there is nothing. */
function Count(props: { label: string; icon: typeof IconDevices; count: number | undefined }) {
  const { label, icon: Icon, count } = props;
  const color = count === undefined || count === 0 ? 'dimmed' : 'red';
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Group gap="xs" wrap="nowrap">
        <Text span c={color} lh={0}>
          <Icon size={18} stroke={1.6} aria-hidden />
        </Text>
        <Text size="sm">{label}</Text>
      </Group>
      <Text fw={650} c={color} className="number">
        {count?.toLocaleString() ?? '…'}
      </Text>
    </Group>
  );
}

/** What to do next on a site that is still being set up. */
function NextStep({ overview }: { overview: Overview }) {
  if (overview.clients.total === 0) {
    return (
      <Empty
        icon={IconDevices}
        title="No client yet"
        action={<LinkButton to="/clients">Add a client</LinkButton>}
      >
        Create an enrolment token and run one line on the first machine.
      </Empty>
    );
  }
  if (overview.packages === 0) {
    return (
      <Empty
        icon={IconPackage}
        title="Nothing to deploy yet"
        action={<LinkButton to="/packages/new">Add a package</LinkButton>}
      >
        Upload an installer and say how it is run and how its success is detected.
      </Empty>
    );
  }
  return (
    <Empty
      icon={IconRocket}
      title="Nothing is deployed"
      action={<LinkButton to="/deployments/new">Deploy a program</LinkButton>}
    >
      Choose a program and the collection of clients that is to have it.
    </Empty>
  );
}

function Recent() {
  const { data, isError, error, refetch } = useInfiniteQuery(statusQuery({}, 12));
  if (isError && data === undefined) return <ProblemNotice thrown={error} retry={refetch} />;
  if (data === undefined) return <Lines count={5} />;
  const rows = data.pages[0]?.items ?? [];
  if (rows.length === 0) {
    return (
      <Empty icon={IconMessages} title="Nothing heard yet">
        Clients report here what they do, as it happens.
      </Empty>
    );
  }
  return <RecentMessages rows={rows} />;
}

export function OverviewPage() {
  const { data: overview, isError, error, refetch } = useQuery(overviewQuery);
  const deployed = overview !== undefined && Object.values(overview.states).some((count) => count > 0);
  return (
    <Page title="Overview">
      {overview === undefined && isError && <ProblemNotice thrown={error} retry={refetch} />}
      {overview === undefined ? !isError && <Lines count={3} /> : <Counts overview={overview} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title="Deployments by state">
            {overview === undefined && <Lines count={4} />}
            {overview !== undefined &&
              (deployed ? <StateRing counts={overview.states} /> : <NextStep overview={overview} />)}
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section title="Latest status messages">
            <Stack gap="xs">
              <Recent />
            </Stack>
          </Section>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
