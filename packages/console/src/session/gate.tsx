/** The frame of the pages that are seen before sign-in. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { siteQuery } from '../api/queries.ts';
import { SchemeSwitch } from '../shell/scheme.tsx';
import { Wordmark } from '../shell/wordmark.tsx';

export function Gate({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Holdfast`);
  const { data: site } = useQuery(siteQuery);
  return (
    <main className="gate">
      <div>
        <Group justify="space-between" mb="md">
          <Wordmark size={30} />
          <SchemeSwitch />
        </Group>
        <Paper p="lg">
          <Stack>
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              <Text c="dimmed" size="sm">
                {about}
              </Text>
            </div>
            {children}
          </Stack>
        </Paper>
        {site !== undefined && (
          <Text size="xs" c="dimmed" mt="sm" ta="center">
            Site {site.siteCode} · Holdfast {site.version}
          </Text>
        )}
      </div>
    </main>
  );
}
