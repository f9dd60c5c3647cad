/** A field that chooses a collection; more are found by typing. */
import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { collectionChoicesQuery } from '../api/queries.ts';
import { counted } from './counted.ts';
import { ProblemNotice } from './problems.tsx';

const typingPause = 250;

/** Takes the properties of its input from a form. */
export function CollectionChoice(props: Omit<SelectProps, 'data' | 'label'>) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, typingPause);
  const { data, isError, error, refetch } = useQuery(collectionChoicesQuery(search));
  if (isError && data === undefined) return <ProblemNotice thrown={error} retry={refetch} />;
  return (
    <Select
      label="Collection"
      placeholder="Choose a collection"
      searchable
      nothingFoundMessage="No collection of this name"
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={(data?.items ?? []).map(({ id, name, members }) => ({
        value: id,
        label: `${name} (${counted(members, 'client', 'clients')})`,
      }))}
      {...props}
    />
  );
}
