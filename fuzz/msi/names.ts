/** Names of files: every trick that leads out of a folder, in every mixture. */
import { decodeStreamName, encodeStreamName, safePaths } from '@holdfast/msi';
import type { Random } from '../../packages/lab/src/world/random.ts';
import { outcomeOf, promise, type Target } from '../target.ts';
import { escapeOf } from './escape.ts';

const pieces = [
  '..',
  '.',
  '...',
  'a',
  'A',
  'b',
  'sub',
  'C:',
  'c:',
  '\\\\?\\',
  '\\\\.\\',
  '\\\\server\\share',
  'CON',
  'con',
  'NUL',
  'nul.txt',
  'COM1',
  'com\u00b9',
  'LPT9',
  'AUX ',
  'CONIN$',
  'a:b',
  ':',
  '::$DATA',
  ' ',
  '.',
  '\0',
  '\u0001',
  '\u001f',
  '\u007f',
  '*',
  '?',
  '<',
  '>',
  '|',
  '"',
  '\u00e9',
  'e\u0301',
  '\u00c9',
  '\ufb01',
  'fi',
  '\u212a',
  'k',
  'K',
  '\u0130',
  'i',
  'I',
  '\u00df',
  'ss',
  '\u1e9e',
  '\u03c3',
  '\u03c2',
  '\u03a3',
  '\uff0e\uff0e',
  '\u2024\u2024',
  '\u2215',
  '\uff0f',
  '\uff3c',
  '\u2044',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  '\u200b',
  '\u202e',
  '\ufeff',
  '%2e%2e',
  '~1',
  'PROGRA~1',
  '$MFT',
  '-',
  '\u00ad',
  '\uac00',
  '\u1100\u1161',
  '\u2126',
  '\u03a9',
] as const;
const separators = ['\\', '/', '\\', '/', '', '', '\\\\', '//', '\\/'] as const;

function oneName(random: Random): string {
  let name: string = random.chance(1, 10) ? random.pick(separators) : '';
  for (let count = 1 + random.integer(5); count > 0; count -= 1) {
    name += random.pick(pieces);
    if (count > 1) name += random.pick(separators);
  }
  if (random.chance(1, 40)) name = name.repeat(1 + random.integer(60));
  return random.chance(1, 20) ? name + random.pick(separators) : name;
}

/** A known name again, in another case or composition. */
function twin(random: Random, name: string): string {
  const change = random.pick(['toUpperCase', 'toLowerCase'] as const);
  const form = random.pick(['NFC', 'NFD', 'NFKC', 'NFKD'] as const);
  const same = random.chance(1, 2) ? name[change]() : name.normalize(form);
  return random.chance(1, 4) ? `${same}\\below` : same;
}

/** UTF-16, so that halves of characters can be tried; a name ends with U+FFFF. */
function encode(names: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(names.map((name) => `${name}\uffff`).join(''), 'utf16le'));
}

function decode(bytes: Uint8Array): string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf16le')
    .split('\uffff')
    .slice(0, -1);
}

const paths: Target = {
  name: 'names',
  sound: [encode(['a', 'sub\\deeper/a b.txt'])],
  make(random) {
    const names: string[] = [];
    for (let count = 1 + random.integer(4); count > 0; count -= 1) {
      const known = names[random.integer(Math.max(1, names.length))];
      const simple = random.chance(1, 2)
        ? random.pick(['a', 'e\u0301', 'x\\\u03c3', 'K', 'stra\u00dfe', 'b\\c'])
        : oneName(random);
      names.push(known !== undefined && random.chance(1, 3) ? twin(random, known) : simple);
    }
    return encode(names);
  },
  run: (bytes) =>
    outcomeOf(async () => {
      const names = decode(bytes);
      const accepted = safePaths(names);
      promise(accepted.length === names.length, () => 'not as many paths as names');
      const why = escapeOf(accepted);
      promise(why === undefined, () => `accepted although ${why}`);
    }),
};

const streamNames: Target = {
  name: 'stream-names',
  sound: [],
  make: (random) =>
    Uint8Array.from(
      Buffer.from(
        Array.from({ length: random.integer(33) }, () =>
          String.fromCharCode(
            random.chance(1, 2) ? 0x3800 + random.integer(0x1080) : random.integer(0x1_0000),
          ),
        ).join(''),
        'utf16le',
      ),
    ),
  run: (bytes) =>
    outcomeOf(async () => {
      const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le');
      const decoded = decodeStreamName(stored);
      promise(decoded.name.length <= 2 * stored.length, () => 'longer than twice its packed form');
      const again = decodeStreamName(encodeStreamName(decoded));
      promise(again.name === decoded.name, () => `${JSON.stringify(decoded.name)} became another name`);
    }),
};

export const nameTargets: readonly Target[] = [paths, streamNames];
