/** The exit codes of a program: the field's defaults, and the rows that add to them or override them. */
import { defaultExitCodes, type ExitMeaning, exitName } from '@holdfast/contract/web';
import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Stack,
  Table,
  Text,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ProgramDraft } from './program-draft.ts';
import { rowKey } from './row-key.ts';

export const meaningWords: Readonly<Record<ExitMeaning, string>> = {
  success: 'Success',
  'reboot-required': 'Success once the machine has restarted',
  'reboot-started': 'The installer has started a restart',
  busy: 'Another installation runs: try again later',
  failure: 'Failure',
};
const meanings = Object.entries(meaningWords).map(([value, label]) => ({ value, label }));

function Defaults() {
  return (
    <Table fz="sm" verticalSpacing={4} withRowBorders={false} aria-label="Defaults of the field">
      <Table.Tbody>
        {defaultExitCodes.map(({ code, meaning }) => (
          <Table.Tr key={code}>
            <Table.Td w={80} className="mono">
              {code}
            </Table.Td>
            <Table.Td>
              {meaningWords[meaning]}
              {exitName(code) !== undefined && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  ({exitName(code)})
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Td className="mono">others</Table.Td>
          <Table.Td>{meaningWords.failure}</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

export function ExitCodes({ form }: { form: UseFormReturnType<ProgramDraft> }) {
  return (
    <Fieldset legend="Exit codes">
      <Text size="sm" c="dimmed" mb="xs">
        Exit codes only inform; detection decides. These are known already; add a row to change one.
      </Text>
      <Defaults />
      <Stack gap="xs" mt="xs">
        {form.values.exitCodes.map(({ key }, index) => (
          <Group key={key} gap="xs" align="flex-end" wrap="nowrap">
            <NumberInput
              label={`Code ${index + 1}`}
              allowDecimal={false}
              min={-2_147_483_648}
              max={4_294_967_295}
              hideControls
              w={110}
              {...form.getInputProps(`exitCodes.${index}.code`)}
            />
            <NativeSelect
              label={`Meaning of code ${index + 1}`}
              data={meanings}
              flex={1}
              {...form.getInputProps(`exitCodes.${index}.meaning`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`Remove code ${index + 1}`}
              onClick={() => form.removeListItem('exitCodes', index)}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => form.insertListItem('exitCodes', { key: rowKey(), code: '', meaning: 'success' })}
          >
            Add an exit code
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
