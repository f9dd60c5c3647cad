/** Small sound packages to damage. */
import { encodeStreamName } from '@holdfast/msi';
import { compoundFile } from '../../packages/msi/test/support/compound-writer.ts';
import { databaseStreams } from '../../packages/msi/test/support/database-writer.ts';
import { type CompoundPlans, compoundPlans } from './compound-plan.ts';
import { summaryBytes } from './summary-bytes.ts';

const columns = [
  { name: 'Key', type: 0x2d48 },
  { name: 'Value', type: 0x1d00 },
  { name: 'Small', type: 0x1502 },
  { name: 'Large', type: 0x1104 },
  { name: 'Data', type: 0x1900 },
];

function tables(names: readonly string[], rows: number) {
  return names.map((name) => ({
    name,
    columns,
    rows: Array.from({ length: rows }, (_, row) => [`k${row}`, `${name} ${row % 3}`, row, row * 70_000, 'x']),
  }));
}

const stored = (name: string) => encodeStreamName({ name, isTable: false });

const own = {
  [stored('One.k1')]: Uint8Array.from({ length: 70 }, (_, at) => at),
  '\u0005SummaryInformation': summaryBytes(),
};

export const packages: readonly CompoundPlans[] = [
  compoundFile({ streams: { ...databaseStreams({ tables: tables(['One'], 3) }), ...own } }),
  compoundFile({
    streams: {
      ...databaseStreams({ tables: tables(['One', 'Two'], 6), codePage: 932, referenceBytes: 3 }),
      ...own,
      [stored('a.cab')]: new Uint8Array(4100).fill(7),
    },
    storage: { name: 'inner', streams: databaseStreams({ tables: tables(['One'], 1) }) },
  }),
  compoundFile({
    version: 4,
    streams: { ...databaseStreams({ tables: tables(['One'], 2), codePage: 1252 }), ...own },
  }),
].map((bytes) => compoundPlans(Uint8Array.from(bytes)));
