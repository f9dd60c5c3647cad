/** `holdfast msi tables`, `streams` and `export`: what is stored in a package, as it is. */
import { type Database, exportTable, limitText, pseudoTables } from '@holdfast/msi';
import { bytes, table } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { withPackage, write } from './open.ts';
import { transformsOf } from './transform-option.ts';

/** Characters of one table that go into a JSON document, which is made in memory. */
const mostJsonCharacters = 1 << 25;

export async function tables(
  session: Session,
  path: string,
  options: Record<string, unknown>,
): Promise<void> {
  const list = async (database: Database) => {
    if (!session.json) return write(session, `${[...pseudoTables, ...database.tables].join('\n')}\n`);
    const items = [];
    for (const name of database.tables) {
      const { columns, rows } = await database.table(name);
      items.push({ name, rows: rows.length, columns });
    }
    session.answer({ items }, () => '');
  };
  await withPackage(path, list, transformsOf(options));
}

export async function streams(
  session: Session,
  path: string,
  options: Record<string, unknown>,
): Promise<void> {
  const items = await withPackage(path, async (database) => database.streams, transformsOf(options));
  session.answer({ items }, () =>
    table(
      items,
      [
        { title: 'STREAM', value: (stream) => stream.name, whole: true },
        { title: 'SIZE', value: (stream) => bytes(stream.size) },
      ],
      session.surroundings.columns,
    ),
  );
}

export async function exportTables(
  session: Session,
  path: string,
  wanted: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const print = async (database: Database) => {
    const names = wanted.length > 0 ? wanted : database.tables;
    if (!session.json) {
      for (const name of names) {
        for (const piece of await exportTable(database, name)) write(session, piece);
      }
      return;
    }
    const items = [];
    for (const name of names) {
      const one = await database.table(name);
      limitText(one, mostJsonCharacters);
      items.push(one);
    }
    session.answer({ items }, () => '');
  };
  await withPackage(path, print, transformsOf(options));
}
