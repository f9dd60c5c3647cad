/** The audit: who changed what, newest first. */
import type { AuditRow } from '@holdfast/contract/web';
import { Text } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { auditQuery } from '../api/queries.ts';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty } from '../parts/page.tsx';
import { shortTime } from '../parts/times.tsx';

const columns = [
  column<AuditRow>('Who', ({ actor }) => (
    <Text size="sm" className="steady">
      {actor}
    </Text>
  )),
  column<AuditRow>('What', ({ action }) => (
    <Text size="sm" className="steady">
      {action}
    </Text>
  )),
  column<AuditRow>('Of', ({ target }) => (
    <Text size="sm" className="hostile">
      {target}
    </Text>
  )),
  column<AuditRow>('When', ({ at }) => (
    <Text size="sm" component="time" dateTime={new Date(at).toISOString()}>
      {shortTime(at)}
    </Text>
  )),
];

export function AuditPage() {
  const window = useWindow();
  const query = useQuery(auditQuery(asked(window)));
  return (
    <Listing
      label="Audit"
      query={query}
      window={window}
      columns={columns}
      keyOf={(row) => String(row.id)}
      searchLabel="Search the audit"
      empty={
        <Empty icon={IconListDetails} title="Nothing was changed yet">
          Every change by an administrator or an API key is written down here.
        </Empty>
      }
    />
  );
}
