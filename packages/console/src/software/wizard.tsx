/** Adding a package: files, name and version, first program, done. */
import type { PackageCreate, PackageDetail } from '@holdfast/contract/web';
import { Button, Group, Paper, SimpleGrid, Stack, Stepper, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { LinkButton } from '../parts/links.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { contentOf, pathAllowed, type Upload, useUploads } from './files.ts';
import { ProgramForm } from './program-form.tsx';
import { UploadStep } from './upload-step.tsx';

/** Name and version as the file names tell them: `putty-0.68-installer.msi`, `hello_2.10-3_amd64.deb`. */
function suggestName(uploads: readonly Upload[]): { name: string; version: string } {
  const installer = uploads.find(({ path }) => /\.(msi|deb|exe)$/i.test(path)) ?? uploads[0];
  const file = installer?.path.slice(installer.path.lastIndexOf('/') + 1) ?? '';
  const found = /^([A-Za-z][A-Za-z0-9+.-]*?)[_-]v?(\d[\w.+~-]*?)(?:[_-][A-Za-z]\w*)*\.\w+$/.exec(file);
  return { name: found?.[1] ?? file.replace(/\.\w+$/, ''), version: found?.[2] ?? '' };
}

function NameStep({ uploads, done }: { uploads: readonly Upload[]; done: (created: PackageDetail) => void }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { ...suggestName(uploads), publisher: '' },
    validate: {
      name: (name) => (name.trim() === '' ? 'Give the package a name' : null),
      version: (version) => (version.trim() === '' ? 'Enter its version' : null),
    },
  });
  const creating = useMutation({
    mutationFn: ({ name, version, publisher }: typeof form.values) => {
      const body: PackageCreate = {
        name: name.trim(),
        version: version.trim(),
        ...(publisher.trim() === '' ? {} : { publisher: publisher.trim() }),
        files: contentOf(uploads) ?? [],
      };
      return change<PackageDetail>('POST', '/packages', body);
    },
    onSuccess: async (created) => {
      done(created);
      await queries.invalidateQueries({ queryKey: ['packages'] });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => creating.mutate(values))} noValidate>
      <Stack mt="md">
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput label="Name" maxLength={120} required {...form.getInputProps('name')} />
          <TextInput label="Version" maxLength={120} required {...form.getInputProps('version')} />
        </SimpleGrid>
        <TextInput label="Publisher" maxLength={120} {...form.getInputProps('publisher')} />
        {creating.isError && <ProblemNotice thrown={creating.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={creating.isPending}>
            Create package
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function DoneStep({ created }: { created: PackageDetail }) {
  return (
    <Empty
      icon={IconCircleCheck}
      title={`${created.name} ${created.version} is ready`}
      action={
        <Group gap="xs" justify="center">
          <LinkButton to="/packages/$packageId" params={{ packageId: created.id }} variant="default">
            Show the package
          </LinkButton>
          <LinkButton to="/deployments/new" search={{ packageId: created.id }}>
            Deploy it
          </LinkButton>
        </Group>
      }
    >
      Nothing reaches a client before it is deployed to a collection.
    </Empty>
  );
}

export function NewPackagePage() {
  const [step, setStep] = useState(0);
  const [created, setCreated] = useState<PackageDetail>();
  const uploads = useUploads();
  const ready =
    contentOf(uploads.uploads) !== undefined && uploads.uploads.every(({ path }) => pathAllowed(path));
  const create = (detail: PackageDetail) => {
    setCreated(detail);
    setStep(2);
  };
  return (
    <Page title="Add a package">
      <Paper maw={860}>
        <Stepper
          active={step}
          size="sm"
          className="steps"
          onStepClick={(next) => created === undefined && next < step && setStep(next)}
        >
          <Stepper.Step label="Files">
            <UploadStep {...uploads} />
            <Group justify="flex-end" mt="lg">
              {!ready && uploads.uploads.length > 0 && (
                <Text size="sm" c="dimmed">
                  Every file must be stored before you can go on.
                </Text>
              )}
              <Button disabled={!ready} onClick={() => setStep(1)}>
                Continue
              </Button>
            </Group>
          </Stepper.Step>
          <Stepper.Step label="Name and version">
            <NameStep uploads={uploads.uploads} done={create} />
          </Stepper.Step>
          <Stepper.Step label="Program">
            {created !== undefined && (
              <ProgramForm
                packageId={created.id}
                paths={uploads.uploads.map(({ path }) => path)}
                done={() => setStep(3)}
                aside={
                  <Button variant="default" onClick={() => setStep(3)}>
                    Later
                  </Button>
                }
              />
            )}
          </Stepper.Step>
          <Stepper.Completed>{created !== undefined && <DoneStep created={created} />}</Stepper.Completed>
        </Stepper>
      </Paper>
    </Page>
  );
}
