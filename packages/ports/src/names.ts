/** Which words may be names of files: the one rule behind every disk. */

/** Whose rules: `posix` for Linux and macOS, `windows` for Win32. */
export type NameFamily = 'posix' | 'windows';

/** Longest name, in UTF-8 bytes (NAME_MAX) on posix, in UTF-16 code units on Windows. */
export const nameLimit = 255;

/**
 * Names that Win32 gives to devices, in any folder and with any extension.
 * Source: "Naming Files, Paths, and Namespaces", learn.microsoft.com/windows/win32/fileio/naming-a-file.
 */
const windowsDevice = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?: *[.:].*)?$/i;

/**
 * Whether `name` is one plain name: not empty, `.` or `..`, no separator of either family (what travels between
 * machines must mean the same on both), no NUL, not too long. On Windows also no device, stream, wildcard or
 * control character, and no trailing dot or space, which Win32 would silently take away.
 */
export function isPlainName(name: string, family: NameFamily): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (/[/\\\0]/.test(name)) return false;
  // A lone surrogate has no UTF-8: two such names would become one on disk.
  if (!name.isWellFormed()) return false;
  if (family === 'posix') return Buffer.byteLength(name) <= nameLimit;
  if (name.length > nameLimit || /[. ]$/.test(name)) return false;
  return !hasWindowsForbidden(name) && !windowsDevice.test(name);
}

function hasWindowsForbidden(name: string): boolean {
  return [...name].some((character) => character < ' ' || '<>:"|?*'.includes(character));
}
