/** Earlier evaluations of a client, in short: when, why, and what was not well. */
import type { HealthHistoryRow } from '@holdfast/contract/web';
import { Accordion, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { healthHistoryQuery } from '../../api/life-queries.ts';
import { Lines } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { findingLooks, occasionWords, subjectOf } from './looks.ts';

function Evaluation({ row }: { row: HealthHistoryRow }) {
  return (
    <li className="followed">
      <Group gap="xs">
        <Ago at={row.receivedAt} />
        <Text size="sm" c="dimmed">
          {occasionWords[row.occasion]}
          {row.findings.length === 0 && ': all well'}
        </Text>
      </Group>
      {row.findings.map((finding) => (
        <Group key={`${finding.check} ${finding.component}`} gap="xs" wrap="nowrap" align="flex-start">
          <LookBadge look={findingLooks[finding.state]} />
          <Text size="sm" className="hostile">
            {subjectOf(finding)}: {finding.remedy ?? finding.reason}
          </Text>
        </Group>
      ))}
    </li>
  );
}

function Evaluations({ clientId }: { clientId: string }) {
  const history = useInfiniteQuery(healthHistoryQuery(clientId));
  if (history.data === undefined) {
    return history.isError ? (
      <ProblemNotice thrown={history.error} retry={history.refetch} />
    ) : (
      <Lines count={3} />
    );
  }
  return (
    <Stack gap="xs">
      <ul className="plain-list" aria-label="Evaluations">
        {history.data.pages
          .flatMap((page) => page.items)
          .map((row) => (
            <Evaluation key={row.id} row={row} />
          ))}
      </ul>
      {history.hasNextPage && (
        <Group>
          <Button
            size="xs"
            variant="default"
            loading={history.isFetchingNextPage}
            onClick={() => history.fetchNextPage()}
          >
            Show older
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Closed until somebody asks: nothing is read before that. */
export function HealthHistory({ clientId }: { clientId: string }) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Accordion value={opened} onChange={setOpened} variant="contained" radius="md">
      <Accordion.Item value="history">
        <Accordion.Control>Earlier evaluations</Accordion.Control>
        <Accordion.Panel>{opened !== null && <Evaluations clientId={clientId} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
