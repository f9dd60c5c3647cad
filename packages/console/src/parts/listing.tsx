/** A list that the site filters and pages: table on a wide screen, cards on a narrow one. */
import type { Page } from '@holdfast/contract/web';
import { Button, CloseButton, Group, Paper, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight, IconSearch } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import {
  type ColumnDef,
  createColumnHelper,
  FlexRender,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type ReactNode, useState } from 'react';
import { Lines } from './page.tsx';
import { ProblemNotice } from './problems.tsx';

const features = tableFeatures({});
type Features = typeof features;
export type Columns<T extends object> = ColumnDef<Features, T, unknown>[];

/** How long typing must pause before the site is asked. Milliseconds. */
const typingPause = 250;

/** One column: its heading (empty for the column of buttons) and what it shows of a row. */
export function column<T extends object>(heading: string, show: (row: T) => ReactNode) {
  return createColumnHelper<Features, T>().display({
    id: heading === '' ? 'actions' : heading,
    header: heading,
    cell: ({ row }) => show(row.original),
  });
}

/** Where a reader is in a list: the search, and the cursors of the pages so far. */
export function useWindow(initialSearch = '') {
  const [search, setSearch] = useState(initialSearch);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    search,
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    searchFor(text: string) {
      setSearch(text);
      setCursors([]);
    },
    restart: () => setCursors([]),
    forward: (next: string) => setCursors([...cursors, next]),
    back: () => setCursors(cursors.slice(0, -1)),
  };
}
export type Window = ReturnType<typeof useWindow>;

/** What a query of the list needs of its window. */
export const asked = ({ search, cursor }: Window) => ({ search: search === '' ? undefined : search, cursor });

export function SearchField({ label, window }: { label: string; window: Window }) {
  const [text, setText] = useState(window.search);
  const ask = useDebouncedCallback((next: string) => window.searchFor(next), typingPause);
  const type = (next: string) => {
    setText(next);
    ask(next.trim());
  };
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      type="search"
      maxLength={200}
      leftSection={<IconSearch size={16} />}
      rightSection={
        text === '' ? null : <CloseButton aria-label="Clear the search" onClick={() => type('')} />
      }
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      className="search"
    />
  );
}

/** The rows of one page. `keyOf` must not change for the same object. */
export function Rows<T extends object>(props: {
  label: string;
  columns: Columns<T>;
  rows: T[];
  keyOf: (row: T) => string;
}) {
  const table = useTable({ features, columns: props.columns, data: props.rows, getRowId: props.keyOf });
  return (
    <Table.ScrollContainer minWidth={0} type="native">
      <Table className="rows" aria-label={props.label} highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Table.Th key={header.id}>
                  <FlexRender header={header} />
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id} data-label={String(cell.column.columnDef.header)}>
                  <FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The two buttons of a list that comes in pages; none where it is one page. */
export function Steps({ window, next }: { window: Window; next: string | null }) {
  if (window.page === 1 && next === null) return null;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconChevronLeft size={14} />}
        disabled={window.page === 1}
        onClick={window.back}
      >
        Previous
      </Button>
      <Button
        size="xs"
        variant="default"
        rightSection={<IconChevronRight size={14} />}
        disabled={next === null}
        onClick={() => next !== null && window.forward(next)}
      >
        Next
      </Button>
    </Group>
  );
}

function Pager({ window, page, shown }: { window: Window; page: Page<unknown>; shown: number }) {
  const { next } = page;
  return (
    <Group justify="space-between" gap="xs" className="pager">
      <Text size="sm" c="dimmed" role="status">
        {window.page > 1 ? `Page ${window.page}: ` : ''}
        {shown} of {page.total.toLocaleString()}
      </Text>
      <Steps window={window} next={next} />
    </Group>
  );
}

type ListingProps<T extends object> = {
  readonly label: string;
  readonly query: UseQueryResult<Page<T>, Error>;
  readonly window: Window;
  readonly columns: Columns<T>;
  readonly keyOf: (row: T) => string;
  /** Words in the search field; no search without. */
  readonly searchLabel?: string;
  /** Shown where the list has nothing at all. */
  readonly empty: ReactNode;
  /** More filters, beside the search. */
  readonly filters?: ReactNode;
};

function ListingBody<T extends object>({ query, window, label, columns, keyOf, empty }: ListingProps<T>) {
  if (query.data === undefined) {
    return (
      <Stack p="md">
        {query.isError ? <ProblemNotice thrown={query.error} retry={query.refetch} /> : <Lines />}
      </Stack>
    );
  }
  if (query.data.items.length === 0) {
    return window.search === '' ? (
      empty
    ) : (
      <Text p="xl" ta="center" c="dimmed">
        Nothing matches “{window.search}”.
      </Text>
    );
  }
  return (
    <>
      <Rows label={label} columns={columns} rows={query.data.items} keyOf={keyOf} />
      <Pager window={window} page={query.data} shown={query.data.items.length} />
    </>
  );
}

/** Search, rows and pages of a list, with its loading, empty and failed states. */
export function Listing<T extends object>(props: ListingProps<T>) {
  const { window } = props;
  return (
    <Stack gap="sm">
      {(props.searchLabel !== undefined || props.filters !== undefined) && (
        <Group gap="sm">
          {props.searchLabel !== undefined && <SearchField label={props.searchLabel} window={window} />}
          {props.filters}
        </Group>
      )}
      <Paper p={0} className="list">
        <ListingBody {...props} />
      </Paper>
    </Stack>
  );
}
