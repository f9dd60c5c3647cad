/** A transform (.mst): a compound file of changes to a database, with texts and streams of its own. */
import { type CompoundFile, openCompound } from '../compound/compound.ts';
import { invalid } from '../compound/errors.ts';
import type { Column } from '../database/columns.ts';
import { namesOf, type PackageStream, summaryName, whole } from '../database/stored.ts';
import { decodeStreamName } from '../database/stream-names.ts';
import { readStringPool } from '../database/string-pool.ts';
import { readSummary, type Summary } from '../database/summary.ts';
import type { ByteSource } from '../source.ts';
import { type RowChange, readChanges } from './changes.ts';

export type Transform = {
  readonly codePage: number;
  /** Names of the tables that it changes, `_Tables` and `_Columns` among them. */
  readonly tables: readonly string[];
  /** What it adds to, or replaces among, the streams of the package. */
  readonly streams: readonly PackageStream[];
  readonly storages: readonly string[];
  /** Undefined where there is none of this name. */
  storage(name: string): CompoundFile | undefined;
  /** Undefined where there is none of this name. */
  stream(name: string): ByteSource | undefined;
  /** Says what it is for (`fit.ts`). Empty where it says nothing. */
  summary(): Promise<Summary>;
  /**
   * The changes of one table; none where it does not change it.
   * @param columns of the table as it is when the transform is applied
   * @throws HoldfastError `msi.invalid`, `msi.limit`
   */
  changes(table: string, columns: readonly Column[]): Promise<readonly RowChange[]>;
};

const poolNames: readonly string[] = ['_StringPool', '_StringData'];
/** Property sets and signatures of the transform itself are named so. */
const ownPrefix = '\u0005';

/**
 * Opens a transform in a file of its own: its texts are read, no change and no stream.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function openTransform(source: ByteSource): Promise<Transform> {
  return transformIn(await openCompound(source));
}

/**
 * Opens a transform in a storage of a package: `database.storage(name)`.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function transformIn(file: CompoundFile): Promise<Transform> {
  const names = namesOf(file);
  if (!names.tables.has('_StringPool')) throw invalid('transform', 0, 'there is no transform in it');
  const read = (name: string) => whole(file, names.tables.get(name));
  const pool = readStringPool(await read('_StringPool'), await read('_StringData'));
  const storages = new Map(
    [...file.root.storages.values()].map((one) => [decodeStreamName(one.name).name, one] as const),
  );
  return {
    codePage: pool.codePage,
    tables: [...names.tables.keys()].filter((name) => !poolNames.includes(name)),
    streams: names.listed.filter(({ name }) => !name.startsWith(ownPrefix)),
    storages: [...storages.keys()],
    storage(name) {
      const root = storages.get(name);
      return root === undefined ? undefined : { ...file, root };
    },
    stream(name) {
      const entry = names.streams.get(name);
      return entry === undefined ? undefined : file.open(entry);
    },
    async summary() {
      const entry = names.streams.get(summaryName);
      return entry === undefined ? new Map() : readSummary(await whole(file, entry));
    },
    async changes(table, columns) {
      return readChanges(table, columns, await read(table), pool);
    },
  };
}
