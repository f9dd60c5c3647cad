/** Transforms: changes of tables, rows and schema that are applied to a sound package. */
import { applyTransform, bytesSource, exportTable, openDatabase, openTransform } from '@holdfast/msi';
import {
  columnsColumns,
  fileOf,
  tablesColumns,
  transformContent,
} from '../../packages/msi/test/support/transform-writer.ts';
import { mutate } from '../mutate.ts';
import { outcomeOf, outcomeOfAll, type Target, wasRead } from '../target.ts';
import { compoundPlans } from './compound-plan.ts';
import { packages } from './packages.ts';

const columns = [
  { name: 'Key', type: 0x2d48 },
  { name: 'Value', type: 0x1d00 },
  { name: 'Small', type: 0x1502 },
  { name: 'Large', type: 0x1104 },
  { name: 'Data', type: 0x1900 },
];
const added = [
  { name: 'Key', type: 0x2d48 },
  { name: 'Number', type: 0x1104 },
];

const changes = {
  tables: [
    {
      name: 'One',
      columns,
      changes: [
        { insert: ['new', 'value', 5, 70_000, null] },
        { update: ['k1', 'other', undefined, 3, undefined] },
        { delete: ['k2', null, null, null, null] },
      ],
    },
    { name: '_Tables', columns: tablesColumns, changes: [{ insert: ['New'] }] },
    {
      name: '_Columns',
      columns: columnsColumns,
      changes: added.map(({ name, type }, index) => ({
        insert: ['New', index + 1, name, (type << 16) >> 16],
      })),
    },
    { name: 'New', columns: added, changes: [{ insert: ['a', 1] }, { insert: ['b', 2] }] },
  ],
  streams: { 'One.new': Uint8Array.of(1, 2, 3) },
} as const;

const plans = await Promise.all(
  [changes, { ...changes, referenceBytes: 3 as const, summary: { 9: '{A}1.0;{B}1.0', 16: 0 } }].map(
    async (one) => compoundPlans(Uint8Array.from(await fileOf(transformContent(one)))),
  ),
);
const base = packages[0]?.content.bytes ?? new Uint8Array(0);

const transformTarget: Target = {
  name: 'transform',
  sound: plans.map(({ content }) => content.bytes),
  make: (random, kept) =>
    mutate(
      random,
      plans.map(({ container, content }) => (random.chance(1, 5) ? container : content)),
      kept,
    ),
  async run(bytes) {
    let outcome = wasRead;
    const opened = await outcomeOf(async () => {
      const transform = await openTransform(bytesSource(bytes));
      const changed = await applyTransform(await openDatabase(bytesSource(base)), transform);
      outcome = await outcomeOfAll(
        [...changed.tables, '_Tables', '_Columns', '_Streams'].map((name) => async () => {
          for (const piece of await exportTable(changed, name)) if (piece === '') return;
        }),
      );
    });
    return opened === wasRead ? outcome : opened;
  },
};

export const transformTargets: readonly Target[] = [transformTarget];
