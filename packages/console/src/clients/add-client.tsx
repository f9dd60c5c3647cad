/** Adding a client: makes an enrolment token, shows the lines that use it, and follows the machines that ran them. */
import type { TokenCreate, TokenCreated } from '@holdfast/contract/web';
import {
  Alert,
  Button,
  Checkbox,
  Divider,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { counted } from '../parts/counted.ts';
import { ProblemNotice } from '../parts/problems.tsx';
import { shortTime } from '../parts/times.tsx';
import { FollowSetups } from './setups/follow.tsx';
import { SetupLines } from './setups/lines.tsx';

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

/** How long the token is good for. Its text is seen here and never again. */
function TokenNotice({ created }: { created: TokenCreated }) {
  const uses = created.maxUses === null ? '' : `, or after ${counted(created.maxUses, 'use', 'uses')}`;
  return (
    <Alert color="tide" title="Copy what you need now: the token is not shown again">
      It expires {shortTime(created.expiresAt)}
      {uses}.
    </Alert>
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
      <Modal opened={opened} onClose={close} title={<Text fw={600}>Add a client</Text>} size="xl">
        {created === undefined ? (
          <TokenForm done={setCreated} />
        ) : (
          <Stack>
            <TokenNotice created={created} />
            <SetupLines created={created} />
            <Divider />
            <FollowSetups created={created} />
            <Group justify="flex-end">
              <Button onClick={close}>Done</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}
