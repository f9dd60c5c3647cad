/** Files and operations of a plan as lists with their reasons, searched and filtered where they are. */
import type { InstallerPlan, PlannedDecision, PlannedFile, PlannedOperation } from '@holdfast/contract/web';
import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { counted } from '../../parts/counted.ts';
import { type Columns, column, Rows } from '../../parts/listing.tsx';
import { byteSize } from '../../parts/sizes.ts';
import { decisionLooks, lookOfDecision, nameOf } from './decisions.ts';
import { Sign } from './legend.tsx';
import { detailOf, groupOf, groupWords, holds, kindWords, operationGroups } from './operations.ts';
import type { ChosenAction } from './sequence.tsx';

/** Rows that are shown before somebody asks for more, and with each time that somebody does. */
const rowsAtOnce = 100;

/** Rows with their places in the plan: two of them may say the same. */
type Placed<T> = { readonly at: number; readonly row: T };
const placed = <T,>(rows: readonly T[]): Placed<T>[] => rows.map((row, at) => ({ at, row }));

function Searched(props: {
  label: string;
  search: string;
  onSearch: (text: string) => void;
  children: ReactNode;
}) {
  return (
    <Group gap="sm" mb="xs" className="plan-filters">
      <TextInput
        aria-label={props.label}
        placeholder={props.label}
        type="search"
        maxLength={200}
        leftSection={<IconSearch size={16} />}
        value={props.search}
        onChange={(event) => props.onSearch(event.currentTarget.value)}
        className="search"
      />
      {props.children}
    </Group>
  );
}

type FoundProps<T> = {
  readonly label: string;
  readonly columns: Columns<Placed<T>>;
  readonly rows: Placed<T>[];
  /** Of the plan, told or not. */
  readonly total: number;
  readonly told: number;
};

function Found<T>({ label, columns, rows, total, told }: FoundProps<T>) {
  const [shown, setShown] = useState(rowsAtOnce);
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {rows.length.toLocaleString()} of {told.toLocaleString()}
        {told < total && ` that are listed; the plan has ${total.toLocaleString()}`}
      </Text>
      <Rows label={label} columns={columns} rows={rows.slice(0, shown)} keyOf={({ at }) => String(at)} />
      {shown < rows.length && (
        <Button size="xs" variant="default" onClick={() => setShown(shown + 10 * rowsAtOnce)}>
          Show {counted(Math.min(rows.length - shown, 10 * rowsAtOnce), 'more row', 'more rows')}
        </Button>
      )}
    </>
  );
}

const versionOf = ({ version, size }: PlannedFile['packaged']): string => version ?? byteSize(size);

/** Nobody looks at the version of a file that goes. */
const existingWords = ({ existing, do: decision }: PlannedFile): string => {
  if (existing !== undefined) return versionOf(existing);
  return decision === 'install' ? 'not there' : '';
};

const fileColumns: Columns<Placed<PlannedFile>> = [
  column<Placed<PlannedFile>>('File', ({ row }) => (
    <>
      <Text size="sm" fw={550} className="hostile">
        {nameOf(row.path)}
      </Text>
      <Text size="xs" c="dimmed" className="hostile">
        {row.path.slice(0, Math.max(0, row.path.lastIndexOf('\\')))}
      </Text>
    </>
  )),
  column<Placed<PlannedFile>>('Is', ({ row }) => (
    <Group gap={6} wrap="nowrap">
      <Sign decision={row.do} sign={lookOfDecision(row.do).sign} />
      <Text size="sm">{lookOfDecision(row.do).words}</Text>
    </Group>
  )),
  column<Placed<PlannedFile>>('Why', ({ row }) => (
    <>
      <Text size="sm" className="hostile">
        {row.reason}
      </Text>
      <Text size="xs" c="dimmed" className="mono">
        {row.rule}
      </Text>
    </>
  )),
  column<Placed<PlannedFile>>('Package', ({ row }) => (
    <Text size="sm" className="number hostile">
      {versionOf(row.packaged)}
    </Text>
  )),
  column<Placed<PlannedFile>>('Machine', ({ row }) => (
    <Text size="sm" className="number hostile">
      {existingWords(row)}
    </Text>
  )),
];

type PlannedFilesProps = {
  readonly plan: InstallerPlan;
  readonly chosen: PlannedDecision | undefined;
  readonly choose: (decision: PlannedDecision | undefined) => void;
};

export function PlannedFiles({ plan, chosen, choose }: PlannedFilesProps) {
  const [search, setSearch] = useState('');
  const [rule, setRule] = useState('');
  const rules = [...new Set(plan.decisions.map((one) => one.rule))].sort();
  const rows = placed(plan.decisions).filter(
    ({ row }) =>
      (chosen === undefined || row.do === chosen) &&
      (rule === '' || row.rule === rule) &&
      holds(search, row.path, row.component, row.reason),
  );
  return (
    <>
      <Searched label="Search the planned files" search={search} onSearch={setSearch}>
        <NativeSelect
          aria-label="Decision"
          value={chosen ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            choose(decisionLooks.find((look) => look.do === value)?.do);
          }}
          data={[
            { value: '', label: 'All decisions' },
            ...decisionLooks
              .filter((look) => (plan.totals.byDecision[look.do] ?? 0) > 0)
              .map((look) => ({ value: look.do, label: `${look.sign} ${look.words}` })),
          ]}
        />
        <NativeSelect
          aria-label="Rule"
          value={rule}
          onChange={(event) => setRule(event.currentTarget.value)}
          data={[{ value: '', label: 'All rules' }, ...rules]}
        />
      </Searched>
      <Found
        key={`${search} ${rule} ${chosen ?? ''}`}
        label="Planned files"
        columns={fileColumns}
        rows={rows}
        told={plan.decisions.length}
        total={plan.totals.files}
      />
    </>
  );
}

const operationColumns: Columns<Placed<PlannedOperation>> = [
  column<Placed<PlannedOperation>>('Operation', ({ row }) => (
    <>
      <Text size="sm" fw={550}>
        {kindWords[row.kind]}
      </Text>
      <Text size="xs" c="dimmed" className="hostile">
        {row.action}
        {row.product !== null && `, removing ${row.product}`}
      </Text>
    </>
  )),
  column<Placed<PlannedOperation>>('What', ({ row }) => (
    <>
      <Text size="sm" className="hostile">
        {row.target}
      </Text>
      <Text size="xs" c="dimmed" className="mono hostile">
        {row.size === null ? detailOf(row) : byteSize(row.size)}
      </Text>
    </>
  )),
  column<Placed<PlannedOperation>>('Why', ({ row }) => (
    <Text size="sm" className="hostile">
      {row.reason}
    </Text>
  )),
];

type PlannedOperationsProps = {
  readonly plan: InstallerPlan;
  readonly chosen: ChosenAction | undefined;
  readonly choose: (action: ChosenAction | undefined) => void;
};

export function PlannedOperations({ plan, chosen, choose }: PlannedOperationsProps) {
  const [search, setSearch] = useState('');
  const [group, setGroup] = useState('');
  const rows = placed(plan.operations).filter(
    ({ row }) =>
      (chosen === undefined || (row.action === chosen.action && row.product === chosen.product)) &&
      (group === '' || groupOf(row.kind) === group) &&
      holds(search, row.target, row.name, row.data, row.reason),
  );
  const place = plan.actions.findIndex(
    ({ action, product }) => action === chosen?.action && product === chosen.product,
  );
  return (
    <>
      <Searched label="Search the operations" search={search} onSearch={setSearch}>
        <NativeSelect
          aria-label="Action"
          value={String(place)}
          onChange={(event) => choose(plan.actions[Number(event.currentTarget.value)])}
          data={[
            { value: '-1', label: 'All actions' },
            ...plan.actions.map(({ action, product }, at) => ({
              value: String(at),
              label: product === null ? action : `${action}, removing ${product}`,
            })),
          ]}
        />
        <NativeSelect
          aria-label="Kind"
          value={group}
          onChange={(event) => setGroup(event.currentTarget.value)}
          data={[
            { value: '', label: 'All kinds' },
            ...operationGroups.map((one) => ({ value: one, label: groupWords[one] })),
          ]}
        />
      </Searched>
      <Found
        key={`${search} ${group} ${place}`}
        label="Operations"
        columns={operationColumns}
        rows={rows}
        told={plan.operations.length}
        total={plan.totals.operations}
      />
    </>
  );
}
