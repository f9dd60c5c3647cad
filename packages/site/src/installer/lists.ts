/** Files and tables of a package, a page at a time. */
import {
  type InstallerColumn,
  type InstallerFile,
  type InstallerRow,
  type InstallerTable,
  type InstallerTables,
  isHoldfastError,
} from '@holdfast/contract';
import { type Column, columnCode, type Database, type Product, type Row } from '@holdfast/msi';
import type { Answers, Part } from './questions.ts';
import { cut, cutOrNull, finder } from './text.ts';

/** Characters of one page; a page of very long rows ends before it has as many as were asked for. */
const mostPageCharacters = 1 << 20;
/** Features that a file is said to belong to. */
const mostFeaturesOfFile = 50;

/** The items from `part.from` on whose text holds the search, made only for the page itself. */
function pageOf<Source, Item>(
  sources: Iterable<Source>,
  part: Part,
  matches: (source: Source) => boolean,
  make: (source: Source, index: number) => { item: Item; characters: number },
): { items: Item[]; total: number; next: number | null } {
  const items: Item[] = [];
  let index = 0;
  let total = 0;
  let characters = 0;
  let next: number | null = null;
  for (const source of sources) {
    const at = index;
    index += 1;
    if (!matches(source)) continue;
    const place = total;
    total += 1;
    if (place < part.from || next !== null) continue;
    if (items.length === part.limit || characters >= mostPageCharacters) {
      next = place;
      continue;
    }
    const made = make(source, at);
    items.push(made.item);
    characters += made.characters;
  }
  return { items, total, next };
}

/** Features by the component that they hold. */
function featuresByComponent(product: Product): ReadonlyMap<string, readonly string[]> {
  const features = new Map<string, string[]>();
  for (const { id, components } of product.features.values()) {
    for (const component of components) {
      const known = features.get(component);
      if (known === undefined) features.set(component, [id]);
      else if (known.length < mostFeaturesOfFile) known.push(id);
    }
  }
  return features;
}

/** @param paths full path at the target by file id */
export function filesOf(
  product: Product,
  paths: ReadonlyMap<string, string>,
  { part, feature }: { part: Part; feature: string | undefined },
): Answers['files'] {
  const features = featuresByComponent(product);
  const wanted = feature === undefined ? undefined : new Set(product.features.get(feature)?.components ?? []);
  const found = finder(part.search);
  return pageOf(
    product.files.values(),
    part,
    (file) =>
      (wanted === undefined || wanted.has(file.component)) &&
      (found(paths.get(file.id) ?? file.name.long) || found(file.component)),
    (file) => {
      const path = paths.get(file.id) ?? '';
      const item: InstallerFile = {
        id: cut(file.id),
        name: cut(file.name.long),
        folder: cut(path.slice(0, path.lastIndexOf('\\'))),
        size: file.size,
        version: cutOrNull(file.version),
        languages: cutOrNull(file.languages),
        component: cut(file.component),
        features: (features.get(file.component) ?? []).map(cut),
      };
      return { item, characters: item.name.length + item.folder.length + item.component.length };
    },
  );
}

function columnsOf(columns: readonly Column[]): InstallerColumn[] {
  return columns.map((column) => ({ name: cut(column.name), type: columnCode(column), key: column.key }));
}

async function tableOf(database: Database, name: string): Promise<InstallerTable> {
  try {
    const { columns, rows } = await database.table(name);
    return { name: cut(name), columns: columnsOf(columns), rows: rows.length, problem: null };
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    return { name: cut(name), columns: [], rows: null, problem: cut(thrown.message) };
  }
}

/** Tables by name; a damaged one is told beside the others. */
export async function tablesOf(database: Database): Promise<InstallerTables> {
  const items: InstallerTable[] = [];
  for (const name of database.tables.toSorted()) items.push(await tableOf(database, name));
  return { items };
}

function rowOf(row: Row, index: number): { item: InstallerRow; characters: number } {
  let characters = 0;
  const cells = row.map((value) => {
    const cell = typeof value === 'string' ? cut(value) : value;
    characters += typeof cell === 'string' ? cell.length : 1;
    return cell;
  });
  return { item: { number: index + 1, cells }, characters };
}

/** @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit` */
export async function rowsOf(database: Database, name: string, part: Part): Promise<Answers['rows']> {
  const { columns, rows } = await database.table(name);
  const found = finder(part.search);
  const holds = (row: Row) =>
    part.search === '' || row.some((value) => value !== null && found(String(value)));
  return { columns: columnsOf(columns), ...pageOf(rows, part, holds, rowOf) };
}
