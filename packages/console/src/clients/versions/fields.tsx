/** The fields of an order: version, collection, rings, limits and times. */
import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { releasesQuery } from '../../api/life-queries.ts';
import { CollectionChoice } from '../../parts/collection-choice.tsx';
import { counted } from '../../parts/counted.ts';
import { ProblemNotice } from '../../parts/problems.tsx';
import { type OrderDraft, timeBounds } from './draft.ts';

type OrderForm = UseFormReturnType<OrderDraft>;

/** Releases that clients can be ordered to take: those that also come as an archive. */
function VersionChoice({ form }: { form: OrderForm }) {
  const { data, isError, error, refetch } = useQuery(releasesQuery);
  if (isError && data === undefined) return <ProblemNotice thrown={error} retry={refetch} />;
  const offered = (data?.items ?? []).filter(({ archives }) => archives.length > 0);
  return (
    <Select
      label="Version"
      description="Releases of this site that come without a package too"
      placeholder={
        data !== undefined && offered.length === 0 ? 'There is no such release' : 'Choose a version'
      }
      data={offered.map(({ version, newest, clients }) => ({
        value: version,
        label: `${version}${newest ? ', the newest' : ''} (${counted(clients, 'client has', 'clients have')} it)`,
      }))}
      {...form.getInputProps('version')}
    />
  );
}

const times = [
  ['settleMinutes', 'A ring settles', 'Between the last end in a ring and the next ring'],
  ['leaseMinutes', 'Silent after', 'Without an end since the order and the spread'],
  ['spreadMinutes', 'Spread', 'Each client draws its own moment within it'],
  ['trialMinutes', 'Trial, at least', 'However soon the version has proved itself'],
] as const;

function Times({ form }: { form: OrderForm }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {times.map(([field, label, description]) => (
        <NumberInput
          key={field}
          label={`${label} (minutes)`}
          description={description}
          {...timeBounds[field]}
          allowDecimal={false}
          clampBehavior="none"
          {...form.getInputProps(field)}
        />
      ))}
    </SimpleGrid>
  );
}

export function OrderFields({ form }: { form: OrderForm }) {
  return (
    <>
      <VersionChoice form={form} />
      <CollectionChoice
        description="The clients that it has now; whoever joins later gets no order"
        {...form.getInputProps('collectionId')}
      />
      <TextInput
        label="Rings"
        description="Shares or numbers of clients, one ring after the other; empty fields are chosen by the site, and the dry run says what it chose"
        placeholder="such as 1 %, 10, 50 %, all"
        maxLength={200}
        {...form.getInputProps('rings')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Stops at failures"
          description="Of one ring: a share, or a number of machines"
          placeholder="such as 5 %"
          maxLength={20}
          {...form.getInputProps('failures')}
        />
        <TextInput
          label="Stops at silence"
          description="Of one ring: a share, or a number of machines"
          placeholder="such as 10 %"
          maxLength={20}
          {...form.getInputProps('silence')}
        />
      </SimpleGrid>
      <Times form={form} />
    </>
  );
}
