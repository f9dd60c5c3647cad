/** What tells the rows of a table apart: the cells of its key columns. */
import { beyond } from '../compound/errors.ts';
import type { Column } from '../database/columns.ts';
import type { Value } from '../database/table.ts';

/** Characters of one key cell; columns that are keys in packages have up to 255. */
export const mostKeyCharacters = 4096;

type Cells = readonly (Value | undefined)[];

export type RowKeys = {
  /** Without key columns all rows have the same one, which finds none. */
  readonly any: boolean;
  /** @throws HoldfastError `msi.limit` */
  of(cells: Cells): string;
  /** For people. */
  shown(cells: Cells): string;
};

/** Texts are numbered: the key of a row stays short, however often a long text is in one. */
export function rowKeys(table: string, columns: readonly Column[]): RowKeys {
  const at = columns.flatMap((column, index) => (column.key ? [index] : []));
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    if (text.length > mostKeyCharacters)
      throw beyond(`table ${table}`, 0, `a key of ${text.length} characters`);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
  return {
    any: at.length > 0,
    of(cells) {
      const parts = at.map((index) => {
        const cell = cells[index] ?? null;
        return typeof cell === 'string' ? `t${numberOf(cell)}` : String(cell);
      });
      return parts.join(' ');
    },
    shown: (cells) => at.map((index) => String(cells[index] ?? '').slice(0, 80)).join(', '),
  };
}
