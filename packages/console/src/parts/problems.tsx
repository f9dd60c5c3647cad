/** How a failure is shown: what happened, its code, and what to do about it. */
import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { asProblem } from '../api/http.ts';

function ProblemText({ thrown }: { thrown: unknown }) {
  const problem = asProblem(thrown);
  return (
    <Stack gap={4}>
      <Text size="sm" className="hostile">
        {problem.message}
      </Text>
      <Text size="sm" c="dimmed">
        {problem.remedy}
      </Text>
      <Group gap="xs">
        <Code>{problem.code}</Code>
        {problem.requestId !== undefined && (
          <Text size="xs" c="dimmed">
            request {problem.requestId}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

/** A failure in the place where its content would be. */
export function ProblemNotice({ thrown, retry }: { thrown: unknown; retry?: (() => unknown) | undefined }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title="That did not work" role="alert">
      <ProblemText thrown={thrown} />
      {retry !== undefined && (
        <Button mt="sm" size="xs" variant="default" onClick={() => retry()}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** A failure of something that was just done. */
export function notifyProblem(thrown: unknown): void {
  notifications.show({
    color: 'red',
    title: 'That did not work',
    message: <ProblemText thrown={thrown} />,
    autoClose: 12_000,
    withBorder: true,
  });
}

/** Something was done as asked. */
export function notifyDone(message: string): void {
  notifications.show({ color: 'tide', message, autoClose: 4_000, withBorder: true });
}
