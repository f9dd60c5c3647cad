/** Version numbers, as Windows compares them. */

/** Up to four dotted numbers; undefined for what is no such version. */
function numbersOf(version: string): readonly number[] | undefined {
  return /^\d{1,10}(\.\d{1,10}){0,3}$/.test(version) ? version.split('.').map(Number) : undefined;
}

/**
 * Compares two versions by their first `fields` numbers, missing ones count as 0: negative where the first is lower.
 * Files are compared by four, products by three (learn.microsoft.com, "ProductVersion property").
 * @returns undefined where one of them is no version
 */
export function compareVersions(one: string, other: string, fields: 3 | 4 = 4): number | undefined {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  if (!left || !right) return undefined;
  for (let index = 0; index < fields; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
