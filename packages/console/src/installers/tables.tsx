/** The tables of an .msi: which there are, and the rows of one as they are stored. */
import type { InstallerColumn, InstallerRow, InstallerTable } from '@holdfast/contract/web';
import { Group, Select, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type InstallerPlace, installerRowsQuery, installerTablesQuery } from '../api/queries.ts';
import { counted } from '../parts/counted.ts';
import { asked, SearchField, Steps, useWindow, type Window } from '../parts/listing.tsx';
import { Lines } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';

const countOf = ({ rows }: InstallerTable) => (rows === null ? 'damaged' : rows.toLocaleString());

/** Characters that would not be seen, or would move what is seen, as signs of their own. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t' ? character : '\ufffd',
  );
}

function Heading({ column }: { column: InstallerColumn }) {
  return (
    <Table.Th>
      <Group gap={4} wrap="nowrap">
        {column.key && <IconKey size={12} role="img" aria-label="key" />}
        {column.name}
        <Text span size="xs" c="dimmed" className="mono">
          {column.type}
        </Text>
      </Group>
    </Table.Th>
  );
}

function Cells({ row }: { row: InstallerRow }) {
  return (
    <Table.Tr>
      <Table.Td c="dimmed" className="number">
        {row.number.toLocaleString()}
      </Table.Td>
      {row.cells.map((cell, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is known by its column
        <Table.Td key={at} className={typeof cell === 'number' ? 'number' : undefined}>
          {typeof cell === 'string' ? <div className="cell">{visible(cell)}</div> : cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function Pages(props: { window: Window; shown: number; total: number; next: string | null }) {
  const { window, next } = props;
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {window.page > 1 ? `Page ${window.page}: ` : ''}
        {props.shown.toLocaleString()} of {counted(props.total, 'row', 'rows')}
      </Text>
      <Steps window={window} next={next} />
    </Group>
  );
}

function TableRows({ place, table }: { place: InstallerPlace; table: string }) {
  const window = useWindow();
  const { data, isError, error, refetch } = useQuery(installerRowsQuery(place, table, asked(window)));
  return (
    <Stack gap="sm" miw={0} flex={1}>
      <Group gap="sm" justify="space-between">
        <Text fw={600} className="hostile">
          {table}
        </Text>
        <SearchField label={`Search ${table}`} window={window} />
      </Group>
      {data === undefined && (isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />)}
      {data !== undefined && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <section className="sheet" aria-label={`Rows of ${table}`} tabIndex={0}>
            <Table aria-label={table} fz="sm" verticalSpacing={4} stickyHeader striped withColumnBorders>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th aria-label="Row" />
                  {data.columns.map((column) => (
                    <Heading key={column.name} column={column} />
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.items.map((row) => (
                  <Cells key={row.number} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </section>
          <Pages window={window} shown={data.items.length} total={data.total} next={data.next} />
        </>
      )}
    </Stack>
  );
}

function TableList(props: { items: InstallerTable[]; chosen: string; choose: (table: string) => void }) {
  return (
    <>
      <Select
        hiddenFrom="sm"
        label="Table"
        searchable
        allowDeselect={false}
        value={props.chosen}
        data={props.items.map((table) => ({ value: table.name, label: `${table.name} (${countOf(table)})` }))}
        onChange={(table) => table !== null && props.choose(table)}
      />
      <nav aria-label="Tables" className="table-names mantine-visible-from-sm">
        {props.items.map((table) => (
          <UnstyledButton
            key={table.name}
            className="table-name"
            aria-current={table.name === props.chosen}
            onClick={() => props.choose(table.name)}
          >
            <span className="hostile">{table.name}</span>
            <Text span size="xs" c={table.rows === null ? 'red' : 'dimmed'} className="number">
              {countOf(table)}
            </Text>
          </UnstyledButton>
        ))}
      </nav>
    </>
  );
}

/** The table that says most, shown where none is chosen. */
const firstTable = 'Property';

export function InstallerTablesView(props: {
  place: InstallerPlace;
  table: string | undefined;
  choose: (table: string) => void;
}) {
  const { data, isError, error, refetch } = useQuery(installerTablesQuery(props.place));
  if (data === undefined) return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />;
  const { items } = data;
  const chosen =
    items.find(({ name }) => name === (props.table ?? firstTable)) ??
    (props.table === undefined ? items[0] : undefined);
  if (items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        This package has no tables.
      </Text>
    );
  }
  return (
    <div className="tables">
      <TableList items={items} chosen={chosen?.name ?? ''} choose={props.choose} />
      {chosen === undefined ? (
        <Text c="dimmed">There is no table {props.table}.</Text>
      ) : (
        <TableRows key={chosen.name} place={props.place} table={chosen.name} />
      )}
    </div>
  );
}
