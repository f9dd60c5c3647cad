/** The files that an .msi installs: where to, how large, in which version. */
import type { InstallerDescription, InstallerFile } from '@holdfast/contract/web';
import { NativeSelect, Text } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type InstallerPlace, installerFilesQuery } from '../api/queries.ts';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { Empty } from '../parts/page.tsx';
import { byteSize } from '../parts/sizes.ts';

const columns = [
  column<InstallerFile>('File', (file) => (
    <>
      <Text size="sm" fw={550} className="hostile">
        {file.name}
      </Text>
      <Text size="xs" c="dimmed" className="hostile">
        {file.folder}
      </Text>
    </>
  )),
  column<InstallerFile>('Size', (file) => (
    <Text size="sm" className="number" style={{ whiteSpace: 'nowrap' }}>
      {byteSize(file.size)}
    </Text>
  )),
  column<InstallerFile>('Version', (file) => (
    <Text size="sm" className="number hostile">
      {file.version ?? ''}
    </Text>
  )),
  column<InstallerFile>('Component', (file) => <span className="mono hostile">{file.component}</span>),
  column<InstallerFile>('Features', (file) => (
    <Text size="sm" className="hostile">
      {file.features.join(', ')}
    </Text>
  )),
];

type InstallerFilesProps = {
  readonly place: InstallerPlace;
  readonly found: InstallerDescription;
  /** Only files of this feature; all where undefined. */
  readonly feature: string | undefined;
  readonly choose: (feature: string | undefined) => void;
};

export function InstallerFiles({ place, found, feature, choose }: InstallerFilesProps) {
  const window = useWindow();
  const query = useQuery(installerFilesQuery(place, { ...asked(window), feature }));
  return (
    <Listing
      label="Files of the installer"
      query={query}
      window={window}
      columns={columns}
      keyOf={(file) => file.id}
      searchLabel="Search files"
      filters={
        <NativeSelect
          aria-label="Feature"
          value={feature ?? ''}
          onChange={(event) => {
            window.restart();
            choose(event.currentTarget.value === '' ? undefined : event.currentTarget.value);
          }}
          data={[
            { value: '', label: 'All features' },
            ...found.features.map(({ id }) => ({ value: id, label: id })),
          ]}
        />
      }
      empty={
        <Empty icon={IconFile} title={feature === undefined ? 'It installs no files' : 'No files of its own'}>
          Registry values, shortcuts and services are in its tables.
        </Empty>
      }
    />
  );
}
