/** `holdfast msi diff`: how two packages differ, and what that means. */
import { type Changes, diffPackages, type PackageDiff, type TableDiff } from '@holdfast/msi';
import { AnsweredNo } from '../../answered-no.ts';
import { bytes, plain } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { withPackage } from './open.ts';

/** Lines that are printed of one kind; --json has all of them. */
const mostLines = 200;

function lines<Item extends { readonly id: string }>(
  title: string,
  changes: Changes<Item>,
  say: (item: Item) => string,
): string[] {
  const all = [
    ...changes.added.map((item) => `  + ${say(item)}`),
    ...changes.removed.map((item) => `  - ${say(item)}`),
    ...changes.changed.map(({ before, after }) => `  ~ ${say(before)} -> ${say(after)}`),
  ];
  return all.length === 0 ? [] : ['', title, ...cut(all)];
}

function cut(all: readonly string[]): string[] {
  const shown = all.slice(0, mostLines).map(plain);
  return all.length > mostLines ? [...shown, `  and ${all.length - mostLines} more (--json has all)`] : shown;
}

function tableLines(tables: readonly TableDiff[]): string[] {
  return tables.flatMap(({ name, change, counts, columnsChanged, added, removed, changed }) => [
    '',
    plain(
      `table ${name}: ${change === 'changed' ? `${counts.added} added, ${counts.removed} removed, ${counts.changed} changed` : `${change}, ${counts.added + counts.removed} rows`}${columnsChanged ? ', other columns' : ''}`,
    ),
    ...cut([
      ...added.map((row) => `  + ${JSON.stringify(row)}`),
      ...removed.map((row) => `  - ${JSON.stringify(row)}`),
      ...changed.map(({ key, columns }) => {
        const cells = columns.map(
          (one) => `${one.name}: ${JSON.stringify(one.before)} -> ${JSON.stringify(one.after)}`,
        );
        return `  ~ ${JSON.stringify(key)} ${cells.join(', ')}`;
      }),
    ]),
  ]);
}

function shown(diff: PackageDiff, withTables: boolean): string {
  const { kind, sentence, broken, product, tables, streams } = diff;
  const rows = (title: string, changes: PackageDiff['services']) => lines(title, changes, ({ id }) => id);
  const parts = [
    `${kind}: ${sentence}`,
    ...(broken.length === 0
      ? []
      : ['', 'Broken rules', ...cut(broken.map((one) => `  ! ${one.rule}: ${one.sentence}`))]),
    ...(product.length === 0
      ? []
      : [
          '',
          'Product',
          ...cut(product.map((one) => `  ~ ${one.field}: ${one.before ?? '-'} -> ${one.after ?? '-'}`)),
        ]),
    ...lines(
      'Features',
      diff.features,
      ({ id, level, components }) => `${id} (level ${level}, ${components.length} components)`,
    ),
    ...lines(
      'Components',
      diff.components,
      ({ id, componentId, keyPath }) => `${id} ${componentId ?? '-'} ${keyPath}`,
    ),
    ...lines('Files', diff.files, ({ name, size, version, hash }) =>
      `${name} ${bytes(size)} ${version ?? hash ?? ''}`.trim(),
    ),
    ...lines('Registry', diff.registry, ({ key, name, value }) => `${key}\\${name ?? ''} = ${value ?? ''}`),
    ...rows('Services', diff.services),
    ...rows('Custom actions', diff.customActions),
    ...(streams.length === 0
      ? []
      : ['', 'Streams', ...cut(streams.map((one) => `  ${one.change} ${one.name}`))]),
    ...(withTables
      ? tableLines(tables)
      : ['', `${tables.length} tables differ${tables.length > 0 ? ' (--tables shows their rows)' : ''}.`]),
  ];
  return parts.join('\n');
}

export async function diff(
  session: Session,
  before: string,
  after: string,
  options: Record<string, unknown>,
): Promise<void> {
  const found = await withPackage(before, (one) => withPackage(after, (other) => diffPackages(one, other)));
  session.answer(found, () => shown(found, options.tables === true));
  if (found.kind !== 'same') throw new AnsweredNo();
}
