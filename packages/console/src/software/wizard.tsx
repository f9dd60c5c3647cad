/** Adding a package: files, name and version, first program, done. */
import type { InstallerDescription, PackageCreate, PackageDetail } from '@holdfast/contract/web';
import { Button, Group, Paper, SimpleGrid, Stack, Stepper, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { contentInstallerQuery } from '../api/queries.ts';
import { ProductFacts } from '../installers/facts.tsx';
import { LinkButton } from '../parts/links.tsx';
import { Empty, Lines, Page } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { contentOf, pathAllowed, type Upload, useUploads } from './files.ts';
import { draftOf, mainInstaller, suggestProgram } from './program-draft.ts';
import { ProgramForm } from './program-form.tsx';
import { UploadStep } from './upload-step.tsx';

type Naming = { readonly name: string; readonly version: string; readonly publisher: string };

/** Name and version as the file names tell them: `setup-7.1.exe`, `hello_2.10-3_amd64.deb`. */
function suggestName(uploads: readonly Upload[]): Naming {
  const installer = uploads.find(({ path }) => /\.(msi|deb|exe)$/i.test(path)) ?? uploads[0];
  const file = installer?.path.slice(installer.path.lastIndexOf('/') + 1) ?? '';
  const found = /^([A-Za-z][A-Za-z0-9+.-]*?)[_-]v?(\d[\w.+~-]*?)(?:[_-][A-Za-z]\w*)*\.\w+$/.exec(file);
  return { name: found?.[1] ?? file.replace(/\.\w+$/, ''), version: found?.[2] ?? '', publisher: '' };
}

/** What the site finds in the .msi among the uploads, where there is one. */
function useInstaller(uploads: readonly Upload[]) {
  const path = mainInstaller(uploads.map((upload) => upload.path));
  const sha256 = uploads.find((upload) => upload.path === path)?.sha256;
  return useQuery({
    ...contentInstallerQuery(sha256 ?? '', path ?? ''),
    enabled: path !== undefined && sha256 !== undefined,
  });
}

/** What was found in the .msi, above the form that it fills in. */
function Found({ found }: { found: InstallerDescription }) {
  const optional = found.features.filter(({ byDefault }) => !byDefault);
  return (
    <Paper component="section" aria-label={`Found in ${found.path}`} bg="var(--mantine-color-body)">
      <Text size="sm" fw={600} mb="xs" className="hostile">
        Found in {found.path}
      </Text>
      <ProductFacts found={found} />
      {optional.length > 0 && (
        <Text size="sm" c="dimmed" mt="xs" className="hostile">
          Not installed unless asked for: {optional.map(({ id, title }) => title || id).join(', ')}.
        </Text>
      )}
      {found.reason !== null && (
        <Text size="sm" mt="xs" className="hostile">
          {found.reason}
        </Text>
      )}
    </Paper>
  );
}

function NameStep({ uploads, done }: { uploads: readonly Upload[]; done: (created: PackageDetail) => void }) {
  const { data: found, isLoading, error } = useInstaller(uploads);
  if (isLoading) {
    return (
      <Stack mt="md">
        <Lines count={4} />
      </Stack>
    );
  }
  return (
    <Stack mt="md">
      {error !== null && <ProblemNotice thrown={error} />}
      {found !== undefined && <Found found={found} />}
      <NameForm uploads={uploads} naming={found?.software ?? suggestName(uploads)} done={done} />
    </Stack>
  );
}

function NameForm(props: {
  uploads: readonly Upload[];
  naming: Naming;
  done: (created: PackageDetail) => void;
}) {
  const { uploads, done } = props;
  const { name, version, publisher } = props.naming;
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name, version, publisher },
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
      <Stack>
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

function ProgramStep(props: { created: PackageDetail; uploads: readonly Upload[]; done: () => void }) {
  const { data, isLoading } = useInstaller(props.uploads);
  if (isLoading) return <Lines />;
  const software = data?.software ?? undefined;
  const paths = props.uploads.map(({ path }) => path);
  return (
    <ProgramForm
      packageId={props.created.id}
      suggestion={software === undefined ? suggestProgram(paths) : draftOf(software.program)}
      {...(software === undefined ? {} : { notes: software.notes })}
      done={props.done}
      aside={
        <Button variant="default" onClick={props.done}>
          Later
        </Button>
      }
    />
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
              <ProgramStep created={created} uploads={uploads.uploads} done={() => setStep(3)} />
            )}
          </Stepper.Step>
          <Stepper.Completed>{created !== undefined && <DoneStep created={created} />}</Stepper.Completed>
        </Stepper>
      </Paper>
    </Page>
  );
}
