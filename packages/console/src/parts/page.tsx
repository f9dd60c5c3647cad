/** The frame of a page: title, what can be done here, and what is shown while there is nothing. */
import { Group, Paper, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type PageProps = {
  readonly title: string;
  /** In place of the plain title, where it has more to it. */
  readonly heading?: ReactNode;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
};

export function Page({ title, heading, about, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Holdfast`);
  return (
    <Stack gap="lg" className="page">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} miw={0}>
          <Title order={1} size="h2" className="hostile">
            {heading ?? title}
          </Title>
          {about !== undefined && (
            <Text component="div" c="dimmed" size="sm">
              {about}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a page with a heading of its own. */
export function Section(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" aria-label={props.title}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="h5">
          {props.title}
        </Title>
        {props.aside}
      </Group>
      {props.children}
    </Paper>
  );
}

/** Nothing here yet, and what to do next. */
export function Empty(props: { icon: Icon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <ThemeIcon size={44} radius="xl" variant="light" color="gray">
        <props.icon size={24} stroke={1.6} />
      </ThemeIcon>
      <Text fw={600}>{props.title}</Text>
      {props.children !== undefined && (
        <Text c="dimmed" size="sm" maw={460}>
          {props.children}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}

/** Grey lines where content will be. */
export function Lines({ count = 6 }: { count?: number }) {
  return (
    <Stack gap="xs" aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: count }, (_, line) => `line-${line}`).map((key) => (
        <Skeleton key={key} height={30} radius="sm" />
      ))}
    </Stack>
  );
}

/** A name and its value, side by side, wrapping on a narrow screen. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" className="hostile">
            {value}
          </Text>
        </div>
      ))}
    </dl>
  );
}
