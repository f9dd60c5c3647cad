/** The gates of a program: what a client waits for before it runs. */
import { dayNames, gateWords } from '@holdfast/contract/web';
import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { emptyGate, type GateDraft } from './gate-draft.ts';
import type { ProgramDraft } from './program-draft.ts';

type Form = UseFormReturnType<ProgramDraft>;
type At = { form: Form; index: number };

const kinds: readonly { value: GateDraft['kind']; label: string }[] = [
  { value: 'maintenance-window', label: 'It is a time for maintenance' },
  { value: 'installer-idle', label: 'No other installation runs' },
  { value: 'protection-ready', label: 'The file protection of Windows is ready' },
  { value: 'service-answering', label: 'A service answers' },
  { value: 'boot-settled', label: 'The machine has settled after its start' },
  { value: 'disk-free', label: 'The disk has room' },
  { value: 'no-pending-reboot', label: 'No file of mine waits for a restart' },
  { value: 'no-remote-session', label: 'Nobody works on it from afar' },
  { value: 'power', label: 'The machine has power' },
  { value: 'network', label: 'There is a network' },
];

function WindowFields({ form, index }: At) {
  const at = `gates.${index}`;
  return (
    <>
      <Checkbox.Group label="Days" {...form.getInputProps(`${at}.days`)}>
        <Group gap="xs" mt={4}>
          {dayNames.map((name, day) => (
            <Checkbox key={name} size="xs" value={String(day)} label={name.slice(0, 3)} aria-label={name} />
          ))}
        </Group>
      </Checkbox.Group>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput label="From (UTC)" w={100} {...form.getInputProps(`${at}.start`)} />
        <NumberInput label="For hours" w={100} min={1} max={24} {...form.getInputProps(`${at}.hours`)} />
      </Group>
    </>
  );
}

function fieldsOf({ form, index }: At, kind: GateDraft['kind']): ReactNode {
  const given = (name: keyof GateDraft) => form.getInputProps(`gates.${index}.${name}`);
  switch (kind) {
    case 'maintenance-window':
      return <WindowFields form={form} index={index} />;
    case 'service-answering':
      return <TextInput label="Service" description="As the system names it" {...given('service')} />;
    case 'boot-settled':
      return (
        <NumberInput
          label="Up for seconds"
          description="Empty: any"
          min={0}
          max={3600}
          {...given('uptime')}
        />
      );
    case 'disk-free':
      return <NumberInput label="Free megabytes" min={0} {...given('megabytes')} />;
    case 'no-pending-reboot':
      return (
        <Textarea
          autosize
          minRows={1}
          label="Files and folders"
          description="One a line. What others have pending does not count."
          {...given('paths')}
        />
      );
    case 'power':
      return (
        <NumberInput
          label="Or battery left, percent"
          description="Empty: mains only"
          min={1}
          max={100}
          {...given('battery')}
        />
      );
    case 'network':
      return (
        <Switch
          label="Not one that is paid by volume"
          checked={form.values.gates[index]?.unmetered ?? false}
          onChange={(event) => form.setFieldValue(`gates.${index}.unmetered`, event.currentTarget.checked)}
        />
      );
    default:
      return null;
  }
}

function Gate({ form, index }: At) {
  const gate = form.values.gates[index];
  if (gate === undefined) return null;
  const { kept } = gate;
  return (
    <Paper p="sm" role="group" aria-label={`Gate ${index + 1}`}>
      <Group align="flex-end" wrap="nowrap" gap="xs">
        {kept === undefined ? (
          <NativeSelect
            label={`Gate ${index + 1}`}
            data={[...kinds]}
            flex={1}
            {...form.getInputProps(`gates.${index}.kind`)}
          />
        ) : (
          <Text size="sm" flex={1} className="hostile">
            {gateWords(kept)}
          </Text>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Remove gate ${index + 1}`}
          onClick={() => form.removeListItem('gates', index)}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
      {kept === undefined && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="xs">
          {fieldsOf({ form, index }, gate.kind)}
        </SimpleGrid>
      )}
    </Paper>
  );
}

export function Gates({ form }: { form: Form }) {
  return (
    <Fieldset legend="Gates">
      <Text size="sm" c="dimmed" mb="xs">
        Before the program runs, the client waits until all of these hold, and says what it waits for. Whether
        the disk has room, whether another installer is at work and whether files of this software wait for a
        restart is looked at without one.
      </Text>
      <Stack gap="sm">
        {form.values.gates.map(({ key }, index) => (
          <Gate key={key} form={form} index={index} />
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={form.values.gates.length >= 16}
            onClick={() => form.insertListItem('gates', emptyGate('maintenance-window'))}
          >
            Add a gate
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
