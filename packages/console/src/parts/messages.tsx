/** Status messages as a timeline: by day, newest first. Their text is a client's and is shown as text only. */
import type { StatusRow } from '@holdfast/contract/web';
import { Group, Stack, Text, Tooltip } from '@mantine/core';
import { LinkAnchor } from './links.tsx';
import { SeverityIcon } from './states.tsx';
import { Ago, clockTime, dayOf, exactTime } from './times.tsx';

function Message({ row, withHost }: { row: StatusRow; withHost: boolean }) {
  return (
    <li className="message" data-severity={row.severity}>
      <SeverityIcon severity={row.severity} />
      <div>
        <Text size="sm" className="hostile">
          {row.text}
        </Text>
        <Text size="xs" c="dimmed" className="hostile">
          {withHost && (
            <>
              <LinkAnchor to="/clients/$clientId" params={{ clientId: row.clientId }} size="xs">
                {row.hostName}
              </LinkAnchor>
              {' · '}
            </>
          )}
          {row.code} {row.name ?? ''}
        </Text>
      </div>
      {withHost ? (
        <Ago at={row.at} />
      ) : (
        <Tooltip label={`${exactTime(row.at)}; received ${exactTime(row.receivedAt)}`}>
          <Text
            size="xs"
            c="dimmed"
            className="number"
            component="time"
            dateTime={new Date(row.at).toISOString()}
          >
            {clockTime(row.at)}
          </Text>
        </Tooltip>
      )}
    </li>
  );
}

/** The latest messages of all clients, each with its host. */
export function RecentMessages({ rows }: { rows: readonly StatusRow[] }) {
  return (
    <Stack gap={2} component="ul" className="plain-list" aria-label="Status messages">
      {rows.map((row) => (
        <Message key={row.id} row={row} withHost />
      ))}
    </Stack>
  );
}

/** The messages of one client, grouped by the day on which they happened. */
export function MessageTimeline({ rows }: { rows: readonly StatusRow[] }) {
  const days = Map.groupBy(rows, (row) => dayOf(row.at));
  return (
    <Stack gap="sm">
      {[...days].map(([day, messages]) => (
        <section key={day} aria-label={day}>
          <Group className="day">
            <Text size="xs" fw={600} c="dimmed">
              {day}
            </Text>
          </Group>
          <Stack gap={2} component="ul" className="plain-list">
            {messages.map((row) => (
              <Message key={row.id} row={row} withHost={false} />
            ))}
          </Stack>
        </section>
      ))}
    </Stack>
  );
}
