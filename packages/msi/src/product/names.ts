/** Names as the tables store them: `short|long`, and for a directory `target:source`. */
import type { FileName } from './model.ts';

/** Filename column type: the long name is optional. */
export function fileNameOf(stored: string): FileName {
  const bar = stored.indexOf('|');
  if (bar < 0) return { short: stored, long: stored };
  return { short: stored.slice(0, bar), long: stored.slice(bar + 1) };
}

function below(stored: string): FileName | undefined {
  const name = fileNameOf(stored);
  return name.long === '.' || name.long === '' ? undefined : name;
}

/** DefaultDir column of the Directory table: one name for both, or `target:source`; `.` is the parent itself. */
export function directoryNames(stored: string): {
  target: FileName | undefined;
  source: FileName | undefined;
} {
  const colon = stored.indexOf(':');
  if (colon < 0) return { target: below(stored), source: below(stored) };
  return { target: below(stored.slice(0, colon)), source: below(stored.slice(colon + 1)) };
}
