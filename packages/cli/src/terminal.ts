/** Where a verb writes: answers on standard output, progress and errors on standard error, nothing hostile on either. */
import type { HoldfastError } from '@holdfast/contract';

/** The outside of one run of the program; tests hand in their own. */
export type Surroundings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Columns of the terminal that answers go to; undefined where it is a file or a pipe: nothing is cut there. */
  readonly columns: number | undefined;
  /** Whether standard error is a terminal, so that a line of progress may be overwritten. */
  readonly progress: boolean;
  /** Asks the person at the terminal for a line that is not shown; undefined where nobody can be asked. */
  readonly askSecret?: (question: string) => Promise<string>;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly stopped: AbortSignal;
};

export type Column<Row> = {
  readonly title: string;
  readonly value: (row: Row) => string | number;
  /** Never shortened: ids and whatever else is copied from the table. */
  readonly whole?: boolean;
};

/**
 * Text from a client, a package or a site, safe to print: control characters (with the C1 range) and the
 * characters that turn the direction of writing are shown as `�`, so that none of it can steer a terminal.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\u{fffd}');
}

/** As `plain`, for JSON documents: escaped there, so that what is read back is what the site said. */
export function jsonText(document: unknown, indent?: number): string {
  return JSON.stringify(document, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const gap = '  ';
const narrowest = 6;

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** Takes characters from the widest column that may be shortened, until the row fits or all are as narrow as they get. */
function fit(widths: number[], shrinkable: readonly boolean[], columns: number): void {
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - columns;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (shrinkable[index] && width > narrowest && width > (widths[widest] ?? narrowest)) widest = index;
    }
    const width = widths[widest];
    if (width === undefined) return;
    widths[widest] = width - 1;
    excess -= 1;
  }
}

/** A table with a title row, cut to the terminal's width where there is one. */
export function table<Row>(
  rows: readonly Row[],
  shape: readonly Column<Row>[],
  columns: number | undefined,
): string {
  const cells = [
    shape.map((column) => column.title),
    ...rows.map((row) => shape.map((column) => plain(String(column.value(row))))),
  ];
  const widths = shape.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  if (columns !== undefined) {
    fit(
      widths,
      shape.map((column) => !column.whole),
      columns,
    );
  }
  return cells
    .map((line) =>
      line
        .map((cell, index) => shorten(cell, widths[index] ?? 0).padEnd(widths[index] ?? 0))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below each other; values that are undefined are left out. */
export function facts(pairs: readonly (readonly [string, string | number | undefined])[]): string {
  const known = pairs.filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${plain(String(value))}`).join('\n');
}

/** Local time to the minute, `-` for never. */
export function when(time: number | null): string {
  if (time === null) return '-';
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Bytes in the unit that reads best. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** States and how many clients are in each: `3 succeeded, 1 failed`. */
export function counts(states: Readonly<Record<string, number>>): string {
  const parts = Object.entries(states).filter(([, count]) => count > 0);
  return parts.length === 0 ? '-' : parts.map(([state, count]) => `${count} ${state}`).join(', ');
}

/** An error as it is reported: one JSON document, or two lines for a person. */
export function errorText(error: HoldfastError, json: boolean, program: string): string {
  const { code, message, remedy } = error;
  return json
    ? `${jsonText({ error: { code, message, remedy } })}\n`
    : `${program}: ${plain(message)} [${code}]\n  ${remedy}\n`;
}
