/** API keys: for the command line and for programs that manage this site. */
import type { ApiKeyCreate, ApiKeyCreated, ApiKeySummary } from '@holdfast/contract/web';
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { apiKeysQuery } from '../api/queries.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Copyable } from '../parts/copy.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { Ago } from '../parts/times.tsx';

const columns = [
  column<ApiKeySummary>('Name', (key) => (
    <Text size="sm" fw={550} className="hostile">
      {key.name}
    </Text>
  )),
  column<ApiKeySummary>('Created', (key) => <Ago at={key.createdAt} />),
  column<ApiKeySummary>('', (key) => (
    <Confirm
      label="Revoke"
      title={`Revoke the key “${key.name}”?`}
      act={() => change('DELETE', `/api-keys/${key.id}`)}
      done="The key is revoked."
      button={{ size: 'compact-xs', variant: 'subtle' }}
    >
      Whatever uses it is refused from now on.
    </Confirm>
  )),
];

function KeyForm({ done }: { done: (created: ApiKeyCreated) => void }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (name) => (name.trim() === '' ? 'Say what the key is for' : null) },
  });
  const creating = useMutation({
    mutationFn: ({ name }: ApiKeyCreate) =>
      change<ApiKeyCreated>('POST', '/api-keys', { name: name.trim() } satisfies ApiKeyCreate),
    onSuccess: async (created) => {
      done(created);
      await queries.invalidateQueries({ queryKey: ['api-keys'] });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => creating.mutate(values))} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="What the key is for, such as “Build server”"
          maxLength={120}
          data-autofocus
          {...form.getInputProps('name')}
        />
        {creating.isError && <ProblemNotice thrown={creating.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={creating.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AddKey() {
  const [opened, { open, close }] = useDisclosure(false);
  const [created, setCreated] = useState<ApiKeyCreated>();
  const start = () => {
    setCreated(undefined);
    open();
  };
  return (
    <>
      <Button leftSection={<IconPlus size={16} />} onClick={start}>
        Create an API key
      </Button>
      <Modal opened={opened} onClose={close} title={<Text fw={600}>Create an API key</Text>}>
        {created === undefined ? (
          <KeyForm done={setCreated} />
        ) : (
          <Stack>
            <Alert color="tide" title="Copy this now: the key is not shown again">
              It may do everything that you may do.
            </Alert>
            <Copyable label="API key" text={created.key} />
            <Group justify="flex-end">
              <Button onClick={close}>Done</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

export function ApiKeysPage() {
  const window = useWindow();
  const query = useQuery(apiKeysQuery(asked(window)));
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          For the command line and for programs, in the header x-api-key.
        </Text>
        <AddKey />
      </Group>
      <Listing
        label="API keys"
        query={query}
        window={window}
        columns={columns}
        keyOf={(key) => key.id}
        empty={
          <Empty icon={IconKey} title="No API key yet">
            Create one to use the command line or the API from a program.
          </Empty>
        }
      />
    </Stack>
  );
}
