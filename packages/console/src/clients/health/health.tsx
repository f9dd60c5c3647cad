/** How a client is: what it found when it looked at itself, and what it did about it. Its words are shown as text. */
import {
  type ClientDetail,
  type HealthFinding,
  type HealthReport,
  healthSilenceDays,
} from '@holdfast/contract/web';
import { Alert, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconHeartbeat, IconPlugConnectedX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { column, Rows } from '../../parts/listing.tsx';
import { Empty, Facts, Section } from '../../parts/page.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { HealthHistory } from './history.tsx';
import { findingLooks, findingOrder, healthLooks, occasionWords, subjectOf } from './looks.ts';
import { RepairClients } from './repair.tsx';

/** What was seen, with the code of the error where there is one. */
function Seen({ finding }: { finding: HealthFinding }) {
  return (
    <div>
      <Text size="sm" className="hostile">
        {finding.reason}
      </Text>
      {finding.error !== undefined && <Code className="hostile">{finding.error}</Code>}
    </div>
  );
}

const columnsOf = (subject: string) => [
  column<HealthFinding>(subject, (finding) => (
    <Text size="sm" fw={550}>
      {subjectOf(finding)}
    </Text>
  )),
  column<HealthFinding>('State', ({ state }) => <LookBadge look={findingLooks[state]} />),
  column<HealthFinding>('What was seen', (finding) => <Seen finding={finding} />),
  column<HealthFinding>('Remedy', ({ remedy }) =>
    remedy === undefined ? null : (
      <Text size="sm" className="hostile">
        {remedy}
      </Text>
    ),
  ),
];

const componentColumns = columnsOf('Component');
const checkColumns = columnsOf('Check');

const trouble = ({ state }: HealthFinding): number => findingOrder.indexOf(state);

/** Trouble first; otherwise in the order of the report, which may name one check twice. */
function Findings(props: { title: string; columns: typeof checkColumns; findings: HealthFinding[] }) {
  const { title, columns, findings } = props;
  if (findings.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Rows label={title} columns={columns} rows={findings} keyOf={(row) => String(findings.indexOf(row))} />
    </div>
  );
}

function Report({ report, receivedAt }: { report: HealthReport; receivedAt: number | null }) {
  const [components, checks] = useMemo(() => {
    const sorted = report.findings.toSorted((one, other) => trouble(one) - trouble(other));
    return [
      sorted.filter(({ check }) => check === 'component'),
      sorted.filter(({ check }) => check !== 'component'),
    ];
  }, [report]);
  return (
    <Stack>
      <Facts
        rows={[
          ['Last evaluation', <Ago key="received" at={receivedAt} />],
          ['Occasion', occasionWords[report.occasion]],
          ['Client version', report.clientVersion],
        ]}
      />
      <Findings title="Components" columns={componentColumns} findings={components ?? []} />
      <Findings title="Checks" columns={checkColumns} findings={checks ?? []} />
    </Stack>
  );
}

function Silence({ client: { health, enrolledAt } }: { client: ClientDetail }) {
  return (
    <Alert className="notice" color="orange" icon={<IconPlugConnectedX />} title="This client is silent">
      {health.receivedAt === null ? (
        <>
          It has sent no evaluation since it enrolled <Ago at={enrolledAt} />
        </>
      ) : (
        <>
          Its last evaluation came <Ago at={health.receivedAt} />
        </>
      )}
      ; one is due every day, and after {healthSilenceDays} days without any the site counts the client as
      silent. What is shown below may no longer be so.
    </Alert>
  );
}

export function ClientHealthSection({ client }: { client: ClientDetail }) {
  const { health } = client;
  return (
    <Section
      title="Health"
      aside={
        <Group gap="sm">
          <LookBadge look={healthLooks[health.state]} />
          {client.revokedAt === null && (
            <RepairClients target={{ clientId: client.id }} name={client.hostName} />
          )}
        </Group>
      }
    >
      <Stack>
        {health.silent && client.revokedAt === null && <Silence client={client} />}
        {health.report === null ? (
          <Empty icon={IconHeartbeat} title="No evaluation yet">
            The client looks at itself when it starts, and then every day.
          </Empty>
        ) : (
          <>
            <Report report={health.report} receivedAt={health.receivedAt} />
            <HealthHistory clientId={client.id} />
          </>
        )}
      </Stack>
    </Section>
  );
}
