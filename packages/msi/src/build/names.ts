/** Names that are made and not given: stable GUIDs, ids of rows, and short names beside long ones. */
import { createHash } from 'node:crypto';

/** Of a GUID in braces, its 16 bytes in the order of RFC 9562. */
function bytesOf(guid: string): Uint8Array {
  return Buffer.from(guid.replace(/[{}-]/g, ''), 'hex');
}

/** Sixteen bytes as `{GUID}` of a version, upper case, with the variant of RFC 9562. */
function guidFrom(bytes: Uint8Array, version: 5 | 8): string {
  const own = Uint8Array.from(bytes.subarray(0, 16));
  own[6] = ((own[6] ?? 0) & 0x0f) | (version << 4);
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(own).toString('hex').toUpperCase();
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `{${parts.join('-')}}`;
}

/** The name-based GUID of RFC 9562 section 5.5: always the same for the same namespace and name. */
export function stableGuid(namespace: string, name: string): string {
  return guidFrom(createHash('sha1').update(bytesOf(namespace)).update(name, 'utf8').digest(), 5);
}

/** A GUID (RFC 9562 version 8) of some bytes' SHA-256. */
export function contentGuid(digest: Uint8Array): string {
  return guidFrom(digest, 8);
}

/** An id that begins with what a reader recognises and ends in what makes it unique: `doc_1F2E3D4C`. */
export function derivedId(words: string, basis: string): string {
  const plain = words.normalize('NFD').replace(/[^A-Za-z0-9_.]+/g, '_');
  const head = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
  return `${head.slice(0, 55)}_${createHash('sha256').update(basis).digest('hex').slice(0, 16).toUpperCase()}`;
}

/** The words alone as an id, where nothing else has it. */
export function plainId(words: string): string {
  const plain = words.normalize('NFD').replace(/[^A-Za-z0-9_.]+/g, '_');
  return (/^[A-Za-z_]/.test(plain) ? plain : `_${plain}`).slice(0, 72);
}

const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])( *$| *\.)/i;

/** Why Windows has no file of this name; undefined where it may. */
export function badFileName(name: string): string | undefined {
  if (name === '.' || name === '..') return 'it is a step of a path and no name';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f<>:"/\\|?*]/.test(name)) return 'it has a character that no file name may have';
  if (/[. ]$/.test(name)) return 'it ends in a dot or a space';
  if (device.test(name)) return 'it is the name of a device';
  return undefined;
}

const shortForm = /^[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,8}(\.[A-Za-z0-9!#$%&'()\-@^_`{}~]{1,3})?$/;

/** A part of a long name as far as a short one may have it. */
function shortened(text: string, most: number): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}|[ .]/gu, '')
    .replace(/[^A-Za-z0-9!#$%&'()\-@^_`{}~]/g, '_')
    .toUpperCase()
    .slice(0, most);
}

function* shortCandidates(long: string): Generator<string> {
  const dot = long.lastIndexOf('.');
  const base = shortened(dot > 0 ? long.slice(0, dot) : long, 8) || '_';
  const extension = dot > 0 ? shortened(long.slice(dot + 1), 3) : '';
  for (let number = 1; ; number += 1) {
    const tail = `~${number}`;
    yield `${base.slice(0, 8 - tail.length)}${tail}${extension === '' ? '' : `.${extension}`}`;
  }
}

/**
 * What the tables store for the names in one folder: `short|long`, or the name alone where it is short enough.
 * No two have the same short name, in whatever case.
 */
export function storedNames(longNames: readonly string[]): Map<string, string> {
  const names = [...new Set(longNames)];
  const taken = new Set(names.filter((name) => shortForm.test(name)).map((name) => name.toLowerCase()));
  const stored = new Map<string, string>();
  for (const long of names) {
    if (shortForm.test(long)) {
      stored.set(long, long);
      continue;
    }
    for (const short of shortCandidates(long)) {
      if (taken.has(short.toLowerCase())) continue;
      taken.add(short.toLowerCase());
      stored.set(long, `${short}|${long}`);
      break;
    }
  }
  return stored;
}
