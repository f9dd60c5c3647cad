/** What several verbs take from their command line: properties of an installation, and the Windows that it meets. */
import { resolve } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { text } from '../verb.ts';

/** `NAME=value` words; names are public properties. @throws HoldfastError `request.invalid` */
export function propertiesOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([A-Z_][A-Z0-9_.]*)=([\s\S]*)$/.exec(word) ?? [];
      if (name === undefined || value === undefined) {
        throw new HoldfastError(
          'request.invalid',
          `"${word}" is no property: write NAME=value, the name in capitals.`,
        );
      }
      return [name, value];
    }),
  );
}

/** Absolute path of the folder of --root. @param doing what it is named for: `plan for` */
export function rootFolder(options: Record<string, unknown>, doing: string): string {
  const folder = text(options, 'root');
  if (folder !== undefined) return resolve(folder);
  throw new HoldfastError('request.invalid', `Name the Windows to ${doing}: --root DIR, with drive_c in it.`);
}
