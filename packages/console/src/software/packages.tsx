/** All packages of the site. */
import type { PackageSummary } from '@holdfast/contract/web';
import { Badge, Text } from '@mantine/core';
import { IconPackage, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { packagesQuery } from '../api/queries.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { byteSize } from '../parts/sizes.ts';
import { Ago } from '../parts/times.tsx';

const columns = [
  column<PackageSummary>('Package', (row) => (
    <>
      <LinkAnchor
        to="/packages/$packageId"
        params={{ packageId: row.id }}
        className="row-link hostile"
        fw={550}
        size="sm"
        underline="never"
      >
        {row.name}
      </LinkAnchor>
      {row.publisher !== '' && (
        <Text size="xs" c="dimmed" className="hostile">
          {row.publisher}
        </Text>
      )}
    </>
  )),
  column<PackageSummary>('Version', (row) => (
    <Text size="sm" className="number hostile">
      {row.version}
    </Text>
  )),
  column<PackageSummary>('Content', (row) => (
    <Text size="sm" className="number">
      {row.files} {row.files === 1 ? 'file' : 'files'}, {byteSize(row.bytes)}
    </Text>
  )),
  column<PackageSummary>('Programs', (row) =>
    row.programs === 0 ? (
      <Badge color="yellow" variant="light" radius="sm" tt="none">
        none yet
      </Badge>
    ) : (
      <Text size="sm">{row.programs}</Text>
    ),
  ),
  column<PackageSummary>('Added', (row) => <Ago at={row.createdAt} />),
];

export function PackagesPage() {
  const window = useWindow();
  const query = useQuery(packagesQuery(asked(window)));
  const add = (
    <LinkButton to="/packages/new" leftSection={<IconPlus size={16} />}>
      Add a package
    </LinkButton>
  );
  return (
    <Page
      title="Packages"
      about="Content, and the programs that install, repair and remove it."
      actions={add}
    >
      <Listing
        label="Packages"
        query={query}
        window={window}
        columns={columns}
        keyOf={(row) => row.id}
        searchLabel="Search packages"
        empty={
          <Empty icon={IconPackage} title="No package yet" action={add}>
            Upload an installer with its files and say how it is run and how its success is detected.
          </Empty>
        }
      />
    </Page>
  );
}
