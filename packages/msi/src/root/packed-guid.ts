/** GUIDs as the Windows Installer writes them into the registry: the digits of each part turned around. */

const shape = /^\{([0-9A-F]{8})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{12})\}$/i;

function turned(digits: string): string {
  return [...digits].reverse().join('');
}

function pairsTurned(digits: string): string {
  return digits.replace(/../g, turned);
}

/** `{A2A3B4C5-...}` to 32 digits; undefined for what is no GUID. */
export function packGuid(guid: string): string | undefined {
  const [, first, second, third, fourth, fifth] = shape.exec(guid) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (fourth === undefined || fifth === undefined) return undefined;
  return [turned(first), turned(second), turned(third), pairsTurned(fourth + fifth)].join('').toUpperCase();
}

/** The way back; undefined for what are no 32 hexadecimal digits. */
export function unpackGuid(packed: string): string | undefined {
  if (!/^[0-9A-F]{32}$/i.test(packed)) return undefined;
  const rest = pairsTurned(packed.slice(16));
  const parts = [packed.slice(0, 8), packed.slice(8, 12), packed.slice(12, 16)].map(turned);
  return `{${[...parts, rest.slice(0, 4), rest.slice(4)].join('-')}}`.toUpperCase();
}
