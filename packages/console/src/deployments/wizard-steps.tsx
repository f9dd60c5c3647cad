/** The steps of deploying a program. */
import type { DeploymentCreate, DeploymentDetail } from '@holdfast/contract/web';
import { Alert, Radio, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { packageChoicesQuery, packageQuery } from '../api/queries.ts';
import { CollectionChoice } from '../parts/collection-choice.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Lines } from '../parts/page.tsx';
import { platformName } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { DeploymentFacts } from './deployment.tsx';
import type { DraftForm } from './draft.ts';

const typingPause = 250;

function ProgramChoice({ form, packageId }: { form: DraftForm; packageId: string }) {
  const { data, isError, error, refetch } = useQuery(packageQuery(packageId));
  if (data === undefined) {
    return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines count={1} />;
  }
  if (data.programList.length === 0) {
    return (
      <Alert color="yellow" title="This package has no program yet">
        <LinkAnchor to="/packages/$packageId/add-program" params={{ packageId }} size="sm">
          Add a program
        </LinkAnchor>{' '}
        that says how it is installed and how that is detected.
      </Alert>
    );
  }
  return (
    <Select
      label="Program"
      placeholder="Choose a program"
      data={data.programList.map(({ id, name, platform }) => ({
        value: id,
        label: `${name} (${platformName(platform)})`,
      }))}
      {...form.getInputProps('programId')}
    />
  );
}

/** Package, program, and whether it is to be there or to be gone. */
export function SoftwareStep({ form }: { form: DraftForm }) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, typingPause);
  const { packageId } = form.values;
  const { data: choices } = useQuery(packageChoicesQuery(search));
  const { data: chosen } = useQuery({ ...packageQuery(packageId ?? ''), enabled: packageId !== null });
  const offered = new Map(
    [...(choices?.items ?? []), ...(chosen === undefined ? [] : [chosen])].map((each) => [each.id, each]),
  );
  return (
    <Stack mt="md">
      <Select
        label="Package"
        placeholder="Choose a package"
        searchable
        nothingFoundMessage="No package of this name"
        onSearchChange={setTyped}
        filter={({ options }) => options}
        data={[...offered.values()].map(({ id, name, version }) => ({
          value: id,
          label: `${name} ${version}`,
        }))}
        {...form.getInputProps('packageId')}
        onChange={(id) => form.setValues({ packageId: id, programId: null })}
      />
      {packageId !== null && <ProgramChoice form={form} packageId={packageId} />}
      <Radio.Group label="Action" {...form.getInputProps('intent')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="install"
            label="Install"
            description="The software is to be there and whole; it is repaired when it breaks"
          />
          <Radio value="uninstall" label="Uninstall" description="The software is to be gone" />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}

export function CollectionStep({ form }: { form: DraftForm }) {
  return (
    <Stack mt="md">
      <CollectionChoice
        description="Every client of it gets the deployment, those that join later too"
        {...form.getInputProps('collectionId')}
      />
      <Text size="sm" c="dimmed">
        Not there?{' '}
        <LinkAnchor to="/collections/new" size="sm">
          Create a collection
        </LinkAnchor>
        .
      </Text>
    </Stack>
  );
}

export function PurposeStep({ form }: { form: DraftForm }) {
  const required = form.values.purpose === 'required';
  return (
    <Stack mt="md">
      <Radio.Group label="Purpose" {...form.getInputProps('purpose')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="required"
            label="Required"
            description="Clients carry it out by themselves, at the deadline at the latest"
          />
          <Radio value="available" label="Available" description="Clients offer it; nothing is enforced" />
        </Stack>
      </Radio.Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          type="datetime-local"
          label="Available from"
          description="Empty: at once. In your time zone."
          {...form.getInputProps('availableAt')}
        />
        {required && (
          <TextInput
            type="datetime-local"
            label="Deadline"
            description="Empty: as soon as it is available."
            {...form.getInputProps('deadlineAt')}
          />
        )}
      </SimpleGrid>
    </Stack>
  );
}

/** What the site would do: it tries the deployment and takes it back. */
export function ReviewStep({ request }: { request: DeploymentCreate }) {
  const { data, isError, error, refetch } = useQuery({
    queryKey: ['deployments', 'dry-run', request],
    queryFn: () => change<DeploymentDetail>('POST', '/deployments', request, { dryRun: true }),
    staleTime: 0,
  });
  if (isError) return <ProblemNotice thrown={error} retry={refetch} />;
  if (data === undefined) return <Lines count={4} />;
  return (
    <Stack mt="md">
      <Alert color={data.targeted === 0 ? 'yellow' : 'tide'} title={summaryOf(data)}>
        This was a dry run: nothing is deployed yet.
      </Alert>
      <DeploymentFacts deployment={data} />
    </Stack>
  );
}

function summaryOf({ targeted, purpose, intent }: DeploymentDetail): string {
  if (targeted === 0) return 'No client is in the collection now; those that join will get it.';
  const clients = targeted === 1 ? '1 client' : `${targeted} clients`;
  const action = intent === 'uninstall' ? 'remove' : 'install';
  return purpose === 'required' ? `${clients} will ${action} this.` : `${clients} may ${action} this.`;
}
