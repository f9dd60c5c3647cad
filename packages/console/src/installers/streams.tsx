/** What lies in an .msi beside its tables: cabinets, binaries, icons, signatures. */
import type { InstallerDescription } from '@holdfast/contract/web';
import { Text } from '@mantine/core';
import { column, Rows } from '../parts/listing.tsx';
import { byteSize } from '../parts/sizes.ts';

type Stream = { readonly name: string; readonly size: number; readonly key: string; readonly whole: number };

const kindOf = (name: string): string => {
  if (name === '\u0005SummaryInformation') return 'Summary information';
  if (name === '\u0005DigitalSignature') return 'Digital signature';
  if (name === '\u0005MsiDigitalSignatureEx') return 'Digital signature of the structure';
  if (name.startsWith('Binary.')) return 'Binary table';
  if (name.startsWith('Icon.')) return 'Icon table';
  return /\.cab$/i.test(name) ? 'Cabinet' : '';
};

const columns = [
  column<Stream>('Stream', ({ name }) => (
    <span className="mono hostile">{name.replace(/\p{Cc}/gu, '␅')}</span>
  )),
  column<Stream>('Kind', ({ name }) => <Text size="sm">{kindOf(name)}</Text>),
  column<Stream>('Size', ({ size, whole }) => (
    <>
      <Text size="sm" className="number">
        {byteSize(size)}
      </Text>
      <div
        className="share"
        aria-hidden="true"
        style={{ '--share': `${whole === 0 ? 0 : (size / whole) * 100}%` } as React.CSSProperties}
      />
    </>
  )),
];

export function Streams({ found }: { found: InstallerDescription }) {
  const rows = found.streams.map((stream, at) => ({
    ...stream,
    key: `${at} ${stream.name}`,
    whole: found.size,
  }));
  return (
    <>
      <Rows label="Streams" columns={columns} rows={rows} keyOf={({ key }) => key} />
      {rows.length < found.totals.streams && (
        <Text size="sm" c="dimmed" mt="sm">
          The first {rows.length.toLocaleString()} of {found.totals.streams.toLocaleString()} streams.
        </Text>
      )}
    </>
  );
}
