/** Asks what is planned: a command line of the package's programs, and the machine that it meets. */
import {
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NativeSelect,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type InstallerPlace, installerFilesQuery, packageChoicesQuery } from '../../api/queries.ts';
import {
  type Choice,
  type CommandName,
  commandNames,
  type Damage,
  type Draft,
  damages,
  isWhole,
  type Lines,
  machineStates,
  whole,
} from './question.ts';

/** How long typing must pause before the site is asked. Milliseconds. */
const typingPause = 250;
/** Files of one damage, as the contract limits them. */
const mostFiles = 500;

type FilesChoiceProps = {
  readonly place: InstallerPlace;
  readonly label: string;
  readonly chosen: readonly Choice[];
  readonly choose: (files: readonly Choice[]) => void;
};

/** A choice of files that the site searches: a package may have very many. */
function FilesChoice({ place, label, chosen, choose }: FilesChoiceProps) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, typingPause);
  const { data } = useQuery(
    installerFilesQuery(place, { search: asked === '' ? undefined : asked, feature: undefined }),
  );
  const offered = (data?.items ?? []).map(({ id, name, folder }) => ({
    value: id,
    label: `${name} (${folder})`,
  }));
  const known = new Map([...chosen, ...offered].map((one) => [one.value, one]));
  return (
    <MultiSelect
      label={label}
      placeholder={chosen.length === 0 ? 'All files; type to choose some' : ''}
      searchable
      clearable
      hidePickedOptions
      maxValues={mostFiles}
      data={[...known.values()]}
      value={chosen.map(({ value }) => value)}
      searchValue={search}
      onSearchChange={setSearch}
      // The site has searched already.
      filter={({ options }) => options}
      onChange={(values) =>
        choose(values.map((value) => known.get(value)).filter((one) => one !== undefined))
      }
      nothingFoundMessage="No such file"
    />
  );
}

type PackageChoiceProps = {
  readonly place: InstallerPlace;
  readonly chosen: Choice | undefined;
  readonly choose: (other: Choice | undefined) => void;
};

/** A choice among the other packages of the site; whether one holds the same product, the site says. */
function PackageChoice({ place, chosen, choose }: PackageChoiceProps) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search === chosen?.label ? '' : search, typingPause);
  const { data } = useQuery(packageChoicesQuery(asked));
  const offered = (data?.items ?? [])
    .filter(({ id }) => id !== place.packageId)
    .map(({ id, name, version }) => ({ value: id, label: `${name} ${version}` }));
  const known = new Map(
    [...(chosen === undefined ? [] : [chosen]), ...offered].map((one) => [one.value, one]),
  );
  return (
    <Select
      label="Installed from the package"
      description="Of the same upgrade code, as it installs by itself."
      placeholder="Type to search"
      searchable
      clearable
      data={[...known.values()]}
      value={chosen?.value ?? null}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      onChange={(value) => choose(value === null ? undefined : known.get(value))}
      nothingFoundMessage="No such package"
    />
  );
}

type FormProps = {
  readonly place: InstallerPlace;
  readonly lines: readonly Lines[];
  readonly draft: Draft;
  readonly change: (draft: Draft) => void;
  readonly ask: () => void;
  readonly busy: boolean;
  /** What is wrong with the command line. */
  readonly problem: string | undefined;
};

function DamageChoice({ place, draft, change }: Pick<FormProps, 'place' | 'draft' | 'change'>) {
  const set = (damage: Damage, files: readonly Choice[] | undefined) =>
    change({ ...draft, files: { ...draft.files, [damage]: files } });
  return (
    <fieldset className="plan-damage" aria-label="Damage">
      {damages.map(([damage, words, about]) => {
        const chosen = draft.files[damage];
        return (
          <Stack key={damage} gap={6}>
            <Checkbox
              label={words}
              description={about}
              checked={chosen !== undefined}
              onChange={(event) => set(damage, event.currentTarget.checked ? [] : undefined)}
            />
            {chosen !== undefined && (
              <FilesChoice
                place={place}
                label={`${words}: which`}
                chosen={chosen}
                choose={(files) => set(damage, files)}
              />
            )}
          </Stack>
        );
      })}
    </fieldset>
  );
}

export function PlanForm({ place, lines, draft, change, ask, busy, problem }: FormProps) {
  const program = lines[draft.program];
  const current = commandNames.find(([name]) => program?.[name] === draft.command)?.[0];
  const take = (number: number, name: CommandName) =>
    change({ ...draft, program: number, command: lines[number]?.[name] ?? draft.command });
  return (
    <Stack
      component="form"
      gap="sm"
      className="plan-form"
      aria-label="What is planned"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        ask();
      }}
    >
      <Group gap="sm">
        {lines.length > 1 && (
          <NativeSelect
            aria-label="Program"
            value={String(draft.program)}
            data={lines.map(({ name }, at) => ({ value: String(at), label: name }))}
            onChange={(event) => take(Number(event.currentTarget.value), current ?? 'install')}
          />
        )}
        <SegmentedControl
          aria-label="Command"
          value={current ?? 'own'}
          data={[
            ...commandNames.map(([value, label]) => ({ value, label })),
            ...(current === undefined ? [{ value: 'own', label: 'Own' }] : []),
          ]}
          onChange={(value) => {
            const name = commandNames.find(([one]) => one === value)?.[0];
            if (name !== undefined) take(draft.program, name);
          }}
        />
      </Group>
      <Textarea
        autosize
        minRows={1}
        label="Command line"
        maxLength={4096}
        spellCheck={false}
        classNames={{ input: 'mono' }}
        value={draft.command}
        onChange={(event) => change({ ...draft, command: event.currentTarget.value })}
        error={problem}
      />
      <NativeSelect
        label="On a machine with"
        description="64-bit Windows 10; nothing is looked at or changed on any client."
        value={draft.state}
        data={machineStates.map(([value, label]) => ({ value, label }))}
        onChange={(event) => {
          const state = machineStates.find(([one]) => one === event.currentTarget.value)?.[0] ?? 'empty';
          const files = state === 'damaged' ? { ...whole, missing: draft.files.missing ?? [] } : draft.files;
          change({ ...draft, state, files });
        }}
      />
      {draft.state === 'other' && (
        <PackageChoice place={place} chosen={draft.other} choose={(other) => change({ ...draft, other })} />
      )}
      {draft.state === 'damaged' && <DamageChoice place={place} draft={draft} change={change} />}
      <Group>
        <Button
          type="submit"
          leftSection={<IconListCheck size={16} />}
          loading={busy}
          disabled={!isWhole(draft)}
        >
          Plan it
        </Button>
        <Text size="xs" c="dimmed">
          A plan changes nothing.
        </Text>
      </Group>
    </Stack>
  );
}
