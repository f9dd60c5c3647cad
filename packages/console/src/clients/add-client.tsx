/** Adding a client: makes an enrolment token and shows the commands that use it. */
import type { TokenCreate, TokenCreated } from '@holdfast/contract/web';
import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Stack,
  Tabs,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { siteQuery } from '../api/queries.ts';
import { Copyable } from '../parts/copy.tsx';
import { Lines } from '../parts/page.tsx';
import { PlatformIcon } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { shortTime } from '../parts/times.tsx';

const hour = 3_600;
const lifetimes = [
  { value: String(hour), label: '1 hour' },
  { value: String(24 * hour), label: '1 day' },
  { value: String(7 * 24 * hour), label: '7 days' },
  { value: String(30 * 24 * hour), label: '30 days' },
  { value: String(365 * 24 * hour), label: '1 year' },
];

/** The fields of a new token; answers the created one. */
export function TokenForm({ done }: { done: (created: TokenCreated) => void }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { label: '', limited: true, maxUses: 1, lifetime: String(24 * hour) },
    validate: { label: (label) => (label.trim() === '' ? 'Say what the token is for' : null) },
  });
  const creating = useMutation({
    mutationFn: (values: typeof form.values) => {
      const body: TokenCreate = {
        label: values.label.trim(),
        maxUses: values.limited ? values.maxUses : null,
        lifetimeSeconds: Number(values.lifetime),
      };
      return change<TokenCreated>('POST', '/tokens', body);
    },
    onSuccess: async (created) => {
      done(created);
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => creating.mutate(values))} noValidate>
      <Stack>
        <TextInput
          label="Label"
          description="For you: what this token is for, such as “Lab machines”"
          maxLength={120}
          data-autofocus
          {...form.getInputProps('label')}
        />
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <NumberInput
            label="Uses"
            description="How many clients may enrol with it"
            min={1}
            max={1_000_000}
            clampBehavior="strict"
            allowDecimal={false}
            disabled={!form.values.limited}
            {...form.getInputProps('maxUses')}
          />
          <NativeSelect
            label="Lifetime"
            description="After that nobody can enrol with it"
            data={lifetimes}
            {...form.getInputProps('lifetime')}
          />
        </Group>
        <Checkbox label="Limit the number of uses" {...form.getInputProps('limited', { type: 'checkbox' })} />
        {creating.isError && <ProblemNotice thrown={creating.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={creating.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The commands that enrol a machine with a token. The token is seen here and never again. */
export function EnrolCommands({ created }: { created: TokenCreated }) {
  const { data: site, isError, error, refetch } = useQuery(siteQuery);
  if (site === undefined) return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />;
  const enrol = `enrol --site ${site.managementPoint} --token ${created.token}`;
  return (
    <Stack>
      <Alert color="tide" title="Copy this now: the token is not shown again">
        It expires {shortTime(created.expiresAt)}
        {created.maxUses === null
          ? ''
          : `, or after ${created.maxUses} ${created.maxUses === 1 ? 'use' : 'uses'}`}
        .
      </Alert>
      <Tabs defaultValue="linux">
        <Tabs.List mb="sm">
          <Tabs.Tab value="linux" leftSection={<PlatformIcon platform="linux" size={16} />}>
            Linux
          </Tabs.Tab>
          <Tabs.Tab value="windows" leftSection={<PlatformIcon platform="windows" size={16} />}>
            Windows
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="linux">
          <Stack gap="sm">
            <Copyable label="1. Enrol the client" text={`sudo holdfast-client ${enrol}`} />
            <Copyable label="2. Start it" text="sudo holdfast-client run" />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="windows">
          <Stack gap="sm">
            <Copyable label="1. Enrol the client, as administrator" text={`holdfast-client.cmd ${enrol}`} />
            <Copyable label="2. Start it" text="holdfast-client.cmd run" />
          </Stack>
        </Tabs.Panel>
      </Tabs>
      <Text size="sm" c="dimmed">
        The machine appears in this list as soon as it has enrolled.
      </Text>
    </Stack>
  );
}

/** The button and its dialog. */
export function AddClient() {
  const [opened, { open, close }] = useDisclosure(false);
  const [created, setCreated] = useState<TokenCreated>();
  const start = () => {
    setCreated(undefined);
    open();
  };
  return (
    <>
      <Button leftSection={<IconPlus size={16} />} onClick={start}>
        Add a client
      </Button>
      <Modal opened={opened} onClose={close} title={<Text fw={600}>Add a client</Text>} size="lg">
        {created === undefined ? (
          <TokenForm done={setCreated} />
        ) : (
          <Stack>
            <EnrolCommands created={created} />
            <Group justify="flex-end">
              <Button onClick={close}>Done</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}
