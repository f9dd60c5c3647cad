/** Hidden properties in a log: their values are never written, wherever they turn up. */

/** What stands for a hidden value; msiexec writes the same. */
export const hiddenValue = '**********';

/** Custom actions with this bit in their type hide their target (msidbCustomActionTypeHideTarget). */
export const hideTargetBit = 0x2000;

/** Values shorter than this are masked in text only where they stand alone: "1" is in every other word. */
const shortestAnywhere = 4;
/** Values that are remembered; more hidden ones than that no package has. */
const mostValues = 1000;

/** Names in the property MsiHiddenProperties. Source: learn.microsoft.com, "MsiHiddenProperties property". */
export function hiddenNames(list: string): readonly string[] {
  return list
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export type Masker = {
  /** Makes the value of a property known; it counts only if the property is hidden. */
  learn(name: string, value: string): void;
  /** What is written as the value of a property. */
  value(name: string, value: string): string;
  /** Any text, its hidden values replaced. */
  text(text: string): string;
  /** Properties on a command line, hidden by their names and known from then on; then as `text`. */
  commandLine(line: string): string;
};

/** Characters with a meaning in a regular expression, taken as they are. */
function literal(value: string): string {
  return value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @param names hidden properties, and custom actions whose target is hidden: their data is a property of that name */
export function masker(names: Iterable<string>): Masker {
  const hidden = new Set(names);
  // The command line is read before the case of a name matters.
  const upper = new Set([...hidden].map((name) => name.toUpperCase()));
  const values = new Set<string>();
  let pattern: RegExp | undefined;

  function remember(value: string): void {
    if (value === '' || values.size >= mostValues) return;
    values.add(value);
    pattern = undefined;
  }
  function text(plain: string): string {
    if (values.size === 0) return plain;
    pattern ??= new RegExp(
      [...values]
        .sort((one, other) => other.length - one.length)
        .map((value) =>
          value.length < shortestAnywhere ? `(?<![\\w])${literal(value)}(?![\\w])` : literal(value),
        )
        .join('|'),
      'g',
    );
    return plain.replace(pattern, hiddenValue);
  }
  return {
    learn(name, value) {
      if (hidden.has(name)) remember(value);
    },
    text,
    value: (name, value) => (hidden.has(name) && value !== '' ? hiddenValue : text(value)),
    commandLine: (line) =>
      text(
        line.replace(
          /([A-Za-z_][\w.]*)=("(?:[^"]|"")*(?:"|$)|[^\s"]*)/g,
          (whole, name: string, value: string) => {
            if (!upper.has(name.toUpperCase())) return whole;
            remember(value.replace(/^"|"$/g, '').replaceAll('""', '"'));
            return `${name}=${hiddenValue}`;
          },
        ),
      ),
  };
}
