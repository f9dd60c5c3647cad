/** The form of a program: platform, command lines, detection, gates, exit codes. */
import type { Program } from '@holdfast/contract/web';
import {
  Button,
  Code,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asProblem, change } from '../api/http.ts';
import { Notes } from '../installers/facts.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { DetectionRules } from './detection.tsx';
import { ExitCodes } from './exit-codes.tsx';
import { gateErrors } from './gate-draft.ts';
import { Gates } from './gates.tsx';
import { type ProgramDraft, programOf, ruleErrors } from './program-draft.ts';

const variables = [
  ['{content}', 'the folder with the files of the package'],
  ['{root}', 'the managed root of the client: / or a folder of its own'],
  ['{log}', "a file for the installer's own log"],
] as const;

function Variables() {
  return (
    <Stack gap={2} component="ul" className="plain-list" aria-label="Variables">
      {variables.map(([name, meaning]) => (
        <Text key={name} size="sm" c="dimmed" component="li">
          <Code>{name}</Code> {meaning}
        </Text>
      ))}
      <Text size="sm" c="dimmed" component="li">
        Put what has spaces in <Code>"double quotes"</Code>. No shell reads the line.
      </Text>
    </Stack>
  );
}

function CommandLines({ form }: { form: UseFormReturnType<ProgramDraft> }) {
  const mono = { classNames: { input: 'mono' }, spellCheck: false, maxLength: 4096 };
  return (
    <Fieldset legend="Command lines">
      <Stack gap="sm">
        <Variables />
        <Textarea
          autosize
          minRows={1}
          label="Command to install"
          required
          {...mono}
          {...form.getInputProps('install')}
        />
        <Textarea
          autosize
          minRows={1}
          label="Command to repair"
          description="Run when the software is damaged. Empty: the install command."
          {...mono}
          {...form.getInputProps('repair')}
        />
        <Textarea
          autosize
          minRows={1}
          label="Command to uninstall"
          description="Empty: this program cannot be deployed for removal."
          {...mono}
          {...form.getInputProps('uninstall')}
        />
      </Stack>
    </Fieldset>
  );
}

function validate(draft: ProgramDraft): Record<string, ReactNode> {
  const errors: Record<string, ReactNode> = {};
  if (draft.name.trim() === '') errors.name = 'Give the program a name';
  if (draft.install.trim() === '') errors.install = 'Enter the command line that installs it';
  if (draft.maxRunMinutes === '') errors.maxRunMinutes = 'Enter the minutes';
  draft.rules.forEach((rule, index) => {
    for (const [field, message] of Object.entries(ruleErrors(rule))) {
      errors[`rules.${index}.${field}`] = message;
    }
  });
  draft.gates.forEach((gate, index) => {
    if (gate.kept !== undefined) return;
    for (const [field, message] of Object.entries(gateErrors(gate))) {
      errors[`gates.${index}.${field}`] = message;
    }
  });
  draft.exitCodes.forEach(({ code }, index) => {
    if (code === '') errors[`exitCodes.${index}.code`] = 'Enter a number';
  });
  return errors;
}

type ProgramFormProps = {
  readonly packageId: string;
  /** What is filled in at first, to be read and corrected. */
  readonly suggestion: ProgramDraft;
  /** Why it is what is filled in. */
  readonly notes?: readonly string[];
  readonly done: (program: Program) => unknown;
  /** Another button, beside the one that adds the program. */
  readonly aside?: ReactNode;
};

export function ProgramForm({ packageId, suggestion, notes = [], done, aside }: ProgramFormProps) {
  const queries = useQueryClient();
  const form = useForm<ProgramDraft>({ initialValues: suggestion, validate });
  const adding = useMutation({
    mutationFn: (draft: ProgramDraft) =>
      change<Program>('POST', `/packages/${packageId}/programs`, programOf(draft)),
    onSuccess: async (program) => {
      await queries.invalidateQueries({ queryKey: ['packages'] });
      await done(program);
    },
    onError: (thrown) => {
      const { message, details } = asProblem(thrown);
      const field = details.field === 'detection' ? 'rules' : details.field;
      if (typeof field !== 'string' || !(field in form.values)) return;
      form.setFieldError(field, message);
      form.getInputNode(field)?.focus();
    },
  });
  return (
    <form onSubmit={form.onSubmit((draft) => adding.mutate(draft))} noValidate>
      <Stack mt="md">
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <TextInput label="Program name" maxLength={120} required {...form.getInputProps('name')} />
          <NativeSelect
            label="Platform"
            data={[
              { value: 'linux', label: 'Linux' },
              { value: 'windows', label: 'Windows' },
              { value: 'macos', label: 'macOS' },
            ]}
            {...form.getInputProps('platform')}
          />
          <NumberInput
            label="Longest run (minutes)"
            min={1}
            max={1440}
            clampBehavior="strict"
            allowDecimal={false}
            {...form.getInputProps('maxRunMinutes')}
          />
        </SimpleGrid>
        <Notes notes={notes} />
        <CommandLines form={form} />
        <DetectionRules form={form} />
        <Gates form={form} />
        <ExitCodes form={form} />
        <Text size="sm" c="dimmed">
          A program does not change once it is made: to change it, add another one.
        </Text>
        {adding.isError && <ProblemNotice thrown={adding.error} />}
        <Group justify="flex-end">
          {aside}
          <Button type="submit" loading={adding.isPending}>
            Add program
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
