/** Creating and changing a collection: name, query, and a live preview of whom the query finds. */
import type {
  ClientAttribute,
  CollectionSummary,
  CollectionWrite,
  MembershipQuery,
  QueryOperator,
} from '@holdfast/contract/web';
import {
  ActionIcon,
  Button,
  Fieldset,
  Grid,
  Group,
  NativeSelect,
  Paper,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { change } from '../api/http.ts';
import { collectionQuery } from '../api/queries.ts';
import { LinkButton } from '../parts/links.tsx';
import { Lines, Page, Section } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { Preview } from './preview.tsx';
import { attributeWords, operatorWords } from './words.ts';

/** Clauses of one query: the contract's limit. */
const mostClauses = 20;

type Clause = { key: string; attribute: ClientAttribute; operator: QueryOperator; value: string };
type Draft = { name: string; description: string; byQuery: boolean; clauses: Clause[] };
type DraftForm = UseFormReturnType<Draft>;

const choices = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const newClause = (): Clause => ({
  key: crypto.getRandomValues(new Uint32Array(2)).join('-'),
  attribute: 'hostName',
  operator: 'contains',
  value: '',
});

/** The query that the form stands for; null where members are direct only. */
function queryOf({ byQuery, clauses }: Draft): MembershipQuery | null {
  if (!byQuery) return null;
  return {
    all: clauses.map(({ attribute, operator, value }) => ({ attribute, operator, value: value.trim() })),
  };
}

function validate({ name, byQuery, clauses }: Draft): Record<string, string> {
  const errors: Record<string, string> = {};
  if (name.trim() === '') errors.name = 'Give the collection a name';
  if (byQuery) {
    clauses.forEach(({ value }, index) => {
      if (value.trim() === '') errors[`clauses.${index}.value`] = 'Enter a value';
    });
  }
  return errors;
}

function ClauseRow({ form, index }: { form: DraftForm; index: number }) {
  return (
    <Group gap="xs" align="flex-end" role="group" aria-label={`Condition ${index + 1}`}>
      <NativeSelect
        aria-label={`Attribute ${index + 1}`}
        data={choices(attributeWords)}
        flex="1 1 130px"
        {...form.getInputProps(`clauses.${index}.attribute`)}
      />
      <NativeSelect
        aria-label={`Operator ${index + 1}`}
        data={choices(operatorWords)}
        flex="1 1 110px"
        {...form.getInputProps(`clauses.${index}.operator`)}
      />
      <TextInput
        aria-label={`Value ${index + 1}`}
        placeholder="Value"
        maxLength={200}
        flex="2 1 150px"
        {...form.getInputProps(`clauses.${index}.value`)}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={form.values.clauses.length === 1}
        aria-label={`Remove condition ${index + 1}`}
        onClick={() => form.removeListItem('clauses', index)}
      >
        <IconX size={16} />
      </ActionIcon>
    </Group>
  );
}

function QueryBuilder({ form }: { form: DraftForm }) {
  return (
    <Fieldset legend="Membership">
      <Stack gap="sm">
        <Switch
          label="Find members by a query"
          description="Beside its direct members, every client for which all conditions hold"
          {...form.getInputProps('byQuery', { type: 'checkbox' })}
        />
        {form.values.byQuery && (
          <>
            {form.values.clauses.map(({ key }, index) => (
              <ClauseRow key={key} form={form} index={index} />
            ))}
            <Group justify="space-between">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} />}
                disabled={form.values.clauses.length >= mostClauses}
                onClick={() => form.insertListItem('clauses', newClause())}
              >
                Add a condition
              </Button>
              <Text size="xs" c="dimmed">
                Case does not matter.
              </Text>
            </Group>
          </>
        )}
      </Stack>
    </Fieldset>
  );
}

/** Sends the collection, and shows its page once the site has it. */
function useSaving(existing: CollectionSummary | undefined) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (draft: Draft) => {
      const body: CollectionWrite = {
        name: draft.name.trim(),
        description: draft.description.trim(),
        query: queryOf(draft),
      };
      return existing === undefined
        ? change<CollectionSummary>('POST', '/collections', body)
        : change<CollectionSummary>('PUT', `/collections/${existing.id}`, body);
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries();
      await navigate({ to: '/collections/$collectionId', params: { collectionId: id } });
    },
  });
}

/** Creates a collection, or changes the given one. */
function CollectionForm({ existing }: { existing?: CollectionSummary }) {
  const form = useForm<Draft>({
    initialValues: {
      name: existing?.name ?? '',
      description: existing?.description ?? '',
      byQuery: existing === undefined || existing.query !== null,
      clauses: existing?.query?.all.map((clause) => ({ ...newClause(), ...clause })) ?? [newClause()],
    },
    validate,
  });
  const saving = useSaving(existing);
  return (
    <form onSubmit={form.onSubmit((draft) => saving.mutate(draft))} noValidate>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Paper>
            <Stack>
              <TextInput label="Name" maxLength={120} required {...form.getInputProps('name')} />
              <Textarea
                label="Description"
                maxLength={1000}
                autosize
                {...form.getInputProps('description')}
              />
              <QueryBuilder form={form} />
              {saving.isError && <ProblemNotice thrown={saving.error} />}
              <Group justify="flex-end">
                <LinkButton to="/collections" variant="default">
                  Cancel
                </LinkButton>
                <Button type="submit" loading={saving.isPending}>
                  {existing === undefined ? 'Create collection' : 'Save'}
                </Button>
              </Group>
            </Stack>
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title="Preview">
            <Preview query={queryOf(form.values)} />
          </Section>
        </Grid.Col>
      </Grid>
    </form>
  );
}

export function NewCollectionPage() {
  return (
    <Page title="Create a collection">
      <CollectionForm />
    </Page>
  );
}

export function EditCollectionPage({ id }: { id: string }) {
  const { data, isError, error, refetch } = useQuery(collectionQuery(id));
  return (
    <Page title={data === undefined ? 'Edit a collection' : `Edit ${data.name}`}>
      {data !== undefined && <CollectionForm key={data.id} existing={data} />}
      {data === undefined && (isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />)}
    </Page>
  );
}
