/** GUIDs as the Windows Installer writes them into the registry: the digits of each part turned around. */

const shape = /^\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}$/i;

/** Place of the last digit between the braces. */
const longest = 36;

/** Where in `{...}` the digits are that a packed GUID has, one after the other. */
const places = [
  ...[8, 7, 6, 5, 4, 3, 2, 1],
  ...[13, 12, 11, 10],
  ...[18, 17, 16, 15],
  ...[21, 20, 23, 22],
  ...[26, 25, 28, 27, 30, 29, 32, 31, 34, 33, 36, 35],
] as const;

/** Digits of a packed GUID, by their place in `{...}`. */
const placesBack = new Map(places.map((place, at) => [place as number, at]));
const dashes: ReadonlySet<number> = new Set([9, 14, 19, 24]);

/** `{A2A3B4C5-...}` to 32 digits; undefined for what is no GUID. */
export function packGuid(guid: string): string | undefined {
  if (!shape.test(guid)) return undefined;
  let packed = '';
  for (const place of places) packed += guid.charAt(place);
  return packed.toUpperCase();
}

/** The way back; undefined for what are no 32 hexadecimal digits. */
export function unpackGuid(packed: string): string | undefined {
  if (!/^[0-9A-F]{32}$/i.test(packed)) return undefined;
  let digits = '';
  for (let place = 1; place <= longest; place += 1) {
    digits += dashes.has(place) ? '-' : packed.charAt(placesBack.get(place) ?? 0);
  }
  return `{${digits.toUpperCase()}}`;
}
