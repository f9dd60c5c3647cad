/** One set-up: how it stands, and every word that the machine sent of it. */
import type { SetupDetail, SetupReport } from '@holdfast/contract/web';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { setupQuery } from '../../api/life-queries.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { column, Rows } from '../../parts/listing.tsx';
import { Facts, Lines, Page, Section } from '../../parts/page.tsx';
import { PlatformIcon, platformName } from '../../parts/platform.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { Ago, exactTime } from '../../parts/times.tsx';
import { intentWords, momentWords, phaseWords } from './looks.ts';
import { PhaseSteps, SetupBadge, SetupReason } from './standing.tsx';

const columns = [
  column<SetupReport>('Phase', ({ phase }) => (
    <Text size="sm" fw={550}>
      {phaseWords[phase]}
    </Text>
  )),
  column<SetupReport>('Moment', ({ moment }) => <Text size="sm">{momentWords[moment]}</Text>),
  column<SetupReport>('Reason', ({ error = null, reason = null }) => (
    <SetupReason error={error} reason={reason} />
  )),
  column<SetupReport>('By its clock', ({ at }) => (
    <Text size="sm" className="number" component="time" dateTime={new Date(at).toISOString()}>
      {exactTime(at)}
    </Text>
  )),
];

function SetupFacts({ setup }: { setup: SetupDetail }) {
  const { clientId } = setup;
  return (
    <Facts
      rows={[
        ['Intent', intentWords[setup.intent]],
        ['Platform', `${platformName(setup.platform)}, ${setup.architecture}`],
        ['Version', setup.version ?? 'not known yet'],
        ['Token', setup.tokenLabel],
        ['Began', <Ago key="began" at={setup.firstHeardAt} />],
        ['Last word', <Ago key="last" at={setup.lastHeardAt} />],
        [
          'Client',
          clientId === null ? (
            'not yet'
          ) : (
            <LinkAnchor key="client" to="/clients/$clientId" params={{ clientId }} size="sm">
              Open the client
            </LinkAnchor>
          ),
        ],
      ]}
    />
  );
}

export function SetupPage({ id }: { id: string }) {
  const { data: setup, isError, error, refetch } = useQuery(setupQuery(id));
  if (setup === undefined) {
    return (
      <Page title="Set-up">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  return (
    <Page
      title={setup.hostName}
      heading={
        <Group gap="xs" wrap="nowrap">
          <PlatformIcon platform={setup.platform} size={26} />
          <span className="hostile">{setup.hostName}</span>
        </Group>
      }
      about={
        <LinkAnchor to="/clients/setups" size="sm">
          Set-ups
        </LinkAnchor>
      }
    >
      <Section title="Set-up" aside={<SetupBadge state={setup.state} />}>
        <Stack>
          <PhaseSteps setup={setup} />
          <SetupReason {...setup} />
          <SetupFacts setup={setup} />
        </Stack>
      </Section>
      <Section title="Reports">
        <Rows label="Reports" columns={columns} rows={setup.reports} keyOf={({ seq }) => String(seq)} />
      </Section>
    </Page>
  );
}
