/** Whom a query finds, while it is being written. */
import type { MembershipQuery } from '@holdfast/contract/web';
import { Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { collectionPreviewQuery } from '../api/queries.ts';
import { Lines } from '../parts/page.tsx';
import { PlatformIcon } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';

const typingPause = 300;

export function Preview({ query }: { query: MembershipQuery | null }) {
  const [settled] = useDebouncedValue(query === null ? null : JSON.stringify(query), typingPause);
  if (settled === null) {
    return (
      <Text size="sm" c="dimmed">
        Direct members are added one by one, on the page of the collection.
      </Text>
    );
  }
  const asked = JSON.parse(settled) as MembershipQuery;
  if (asked.all.some(({ value }) => value === '')) {
    return (
      <Text size="sm" c="dimmed">
        Enter a value to see which clients are found.
      </Text>
    );
  }
  return <Found query={asked} />;
}

function Found({ query }: { query: MembershipQuery }) {
  const { data, isError, error, refetch } = useQuery(collectionPreviewQuery(query));
  if (isError) return <ProblemNotice thrown={error} retry={refetch} />;
  if (data === undefined) return <Lines count={3} />;
  const { members, sample } = data;
  return (
    <Stack gap="xs">
      <Text fw={600} role="status">
        {members === 1 ? '1 client' : `${members.toLocaleString()} clients`}
      </Text>
      <Stack gap={4} component="ul" className="plain-list" aria-label="Clients that are found">
        {sample.map((client) => (
          <Group key={client.id} gap={8} wrap="nowrap" component="li">
            <PlatformIcon platform={client.platform} size={16} />
            <Text size="sm" className="hostile">
              {client.hostName}
            </Text>
            <Text size="xs" c="dimmed" className="hostile" ml="auto">
              {client.osName}
            </Text>
          </Group>
        ))}
      </Stack>
      {members > sample.length && (
        <Text size="xs" c="dimmed">
          and {(members - sample.length).toLocaleString()} more
        </Text>
      )}
    </Stack>
  );
}
