/** GUIDs in twenty characters, as the registry lists the components of a feature: four numbers to the base 85. */

const digits = "!$%&'()*+,-.0123456789=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{}~";

/** @returns undefined for what is no `{GUID}` */
export function shortGuid(guid: string): string | undefined {
  const hex = guid.replace(/[{}-]/g, '');
  if (!/^[0-9A-F]{32}$/i.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  // In memory the first three parts are little-endian numbers.
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  let text = '';
  for (let at = 0; at < 16; at += 4) {
    let rest = bytes.readUInt32LE(at);
    for (let digit = 0; digit < 5; digit += 1) {
      text += digits.charAt(rest % 85);
      rest = Math.floor(rest / 85);
    }
  }
  return text;
}
