/** The detection rules of a program: how a client sees that the software is there. */
import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  Input,
  NativeSelect,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { emptyRule, type ProgramDraft, type RuleDraft } from './program-draft.ts';

type Form = UseFormReturnType<ProgramDraft>;

const kinds: readonly { value: RuleDraft['kind']; label: string }[] = [
  { value: 'file', label: 'A file exists' },
  { value: 'registry', label: 'A registry value exists' },
  { value: 'package', label: 'A Debian package is installed' },
  { value: 'msi', label: 'A Windows Installer product is installed' },
];

function Field(props: { form: Form; index: number; name: keyof RuleDraft; label: string; hint?: string }) {
  return (
    <TextInput
      label={props.label}
      {...(props.hint === undefined ? {} : { description: props.hint })}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      {...props.form.getInputProps(`rules.${props.index}.${props.name}`)}
    />
  );
}

function RegistryFields({ form, index }: { form: Form; index: number }) {
  const at = { form, index };
  return (
    <>
      <NativeSelect label="Hive" data={['HKLM', 'HKCU']} {...form.getInputProps(`rules.${index}.hive`)} />
      <Field {...at} name="registryKey" label="Key" hint="Such as SOFTWARE\Vendor\Product" />
      <Field {...at} name="valueName" label="Value name" hint="Empty: the default value of the key" />
      <Field {...at} name="value" label="Content" hint="Empty: any. Numbers in decimal." />
      <NativeSelect
        label="Registry view"
        data={[
          { value: '64', label: '64-bit' },
          { value: '32', label: '32-bit' },
        ]}
        {...form.getInputProps(`rules.${index}.view`)}
      />
    </>
  );
}

function fieldsOf(form: Form, index: number, kind: RuleDraft['kind']): ReactNode {
  const at = { form, index };
  switch (kind) {
    case 'file':
      return (
        <>
          <Field {...at} name="path" label="Path" hint="Full path on the client" />
          <Field
            {...at}
            name="minimumVersion"
            label="Minimum version"
            hint="Empty: any (Windows file version)"
          />
          <Field {...at} name="sha256" label="SHA-256" hint="Empty: any content" />
        </>
      );
    case 'registry':
      return <RegistryFields {...at} />;
    case 'package':
      return (
        <>
          <Field {...at} name="packageName" label="Package name" hint="As dpkg knows it" />
          <Field
            {...at}
            name="packageVersion"
            label="Package version"
            hint="Empty: any; otherwise this very one"
          />
        </>
      );
    case 'msi':
      return (
        <>
          <Field {...at} name="productCode" label="Product code" hint="In braces, upper case" />
          <Field
            {...at}
            name="productVersion"
            label="Minimum product version"
            hint="Empty: any version of this product"
          />
        </>
      );
  }
}

function Rule({ form, index }: { form: Form; index: number }) {
  const rule = form.values.rules[index];
  if (rule === undefined) return null;
  return (
    <Paper p="sm" role="group" aria-label={`Detection rule ${index + 1}`}>
      <Group align="flex-end" wrap="nowrap" gap="xs" mb="xs">
        <NativeSelect
          label={`Rule ${index + 1}`}
          data={[...kinds]}
          flex={1}
          {...form.getInputProps(`rules.${index}.kind`)}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Remove rule ${index + 1}`}
          disabled={form.values.rules.length === 1}
          onClick={() => form.removeListItem('rules', index)}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {fieldsOf(form, index, rule.kind)}
      </SimpleGrid>
    </Paper>
  );
}

export function DetectionRules({ form }: { form: Form }) {
  const addRule = () =>
    form.insertListItem('rules', emptyRule(form.values.platform === 'windows' ? 'registry' : 'file'));
  return (
    <Fieldset legend="Detection rules">
      <Text size="sm" c="dimmed" mb="xs">
        The software counts as present when all of them hold. They are looked at after every run, and again
        and again afterwards: this is how damage is noticed.
      </Text>
      {typeof form.errors.rules === 'string' && (
        <Input.Error mb="xs" className="hostile">
          {form.errors.rules}
        </Input.Error>
      )}
      <Stack gap="sm">
        {form.values.rules.map(({ key }, index) => (
          <Rule key={key} form={form} index={index} />
        ))}
        <Group>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={addRule}>
            Add a rule
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
