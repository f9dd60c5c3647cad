/** Words of a command line that several verbs take: properties of an installation. */
import { HoldfastError } from '@holdfast/contract';

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
