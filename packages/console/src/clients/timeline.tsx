/** The timeline of one client: its status messages by day, filtered by severity and deployment. */
import type { ClientDetail, Severity } from '@holdfast/contract/web';
import { Button, Group, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery } from '../api/queries.ts';
import { MessageTimeline } from '../parts/messages.tsx';
import { Empty, Lines, Section } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';

const severities = [
  { value: 'all', label: 'All' },
  { value: 'info', label: 'Info' },
  { value: 'warning', label: 'Warnings' },
  { value: 'error', label: 'Errors' },
] as const;

type Filter = { readonly severity: 'all' | Severity; readonly deploymentId: string };

function Filters(props: { client: ClientDetail; filter: Filter; change: (filter: Filter) => void }) {
  const { client, filter, change } = props;
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="Severity"
        data={[...severities]}
        value={filter.severity}
        onChange={(severity) => change({ ...filter, severity: severity as Filter['severity'] })}
      />
      <NativeSelect
        size="xs"
        aria-label="Deployment"
        data={[
          { value: '', label: 'All deployments' },
          ...client.deployments.map((row) => ({
            value: row.deploymentId,
            label: `${row.packageName} ${row.packageVersion}, ${row.programName}`,
          })),
        ]}
        value={filter.deploymentId}
        onChange={(event) => change({ ...filter, deploymentId: event.currentTarget.value })}
        maw={240}
      />
    </Group>
  );
}

function Messages({ clientId, filter }: { clientId: string; filter: Filter }) {
  const messages = useInfiniteQuery(
    statusQuery({
      clientId,
      severity: filter.severity === 'all' ? undefined : filter.severity,
      deploymentId: filter.deploymentId === '' ? undefined : filter.deploymentId,
    }),
  );
  if (messages.data === undefined) {
    return messages.isError ? <ProblemNotice thrown={messages.error} retry={messages.refetch} /> : <Lines />;
  }
  const rows = messages.data.pages.flatMap((page) => page.items);
  const total = messages.data.pages[0]?.total ?? 0;
  if (rows.length === 0) {
    return (
      <Empty icon={IconMessages} title="No messages">
        Nothing was heard that fits the filter. New messages appear here by themselves.
      </Empty>
    );
  }
  return (
    <Stack gap="sm">
      <MessageTimeline rows={rows} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {rows.length} of {total.toLocaleString()} messages
        </Text>
        {messages.hasNextPage && (
          <Button
            size="xs"
            variant="default"
            loading={messages.isFetchingNextPage}
            onClick={() => messages.fetchNextPage()}
          >
            Show older
          </Button>
        )}
      </Group>
    </Stack>
  );
}

export function ClientTimeline({ client }: { client: ClientDetail }) {
  const [filter, setFilter] = useState<Filter>({ severity: 'all', deploymentId: '' });
  return (
    <Section title="Timeline" aside={<Filters client={client} filter={filter} change={setFilter} />}>
      <Messages clientId={client.id} filter={filter} />
    </Section>
  );
}
