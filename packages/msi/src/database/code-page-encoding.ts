/** Text into the code pages that are read: each encoder is its decoder turned round, so that what is written reads alike. */
import { invalid } from '../compound/errors.ts';
import { type Decode, pageDecoder } from './code-pages.ts';

export type Encode = (text: string) => Uint8Array;

/** Bytes by character. */
type Characters = ReadonlyMap<string, Uint8Array>;

/** First and last of the bytes that may stand at each place of a character. */
type Form = readonly (readonly [first: number, last: number])[];

const lead = [0x81, 0xfe] as const;
const trail = [0x40, 0xfe] as const;
const digit = [0x30, 0x39] as const;
const upper = [0xa1, 0xfe] as const;
const twoBytes: readonly Form[] = [[lead, trail]];

/** Characters of more than one byte. The forms come in the order in which they are preferred. */
const forms: Readonly<Record<number, readonly Form[]>> = {
  // Windows prefers the characters of IBM at the end of the page to NEC's copies of them in rows ED and EE.
  932: [
    [[0x81, 0xec], trail],
    [[0xef, 0xfc], trail],
    [[0xed, 0xee], trail],
  ],
  936: twoBytes,
  949: twoBytes,
  // Below A1 are additions of Hong Kong.
  950: [
    [upper, trail],
    [[0x81, 0xa0], trail],
  ],
  20932: [
    [[0x8e, 0xfe], upper],
    [[0x8f, 0x8f], upper, upper],
  ],
  51932: [
    [[0x8e, 0xfe], upper],
    [[0x8f, 0x8f], upper, upper],
  ],
  51949: twoBytes,
  54936: [
    [lead, trail],
    [[0x81, 0x84], digit, lead, digit],
  ],
};

const replacement = '\ufffd';
const known = new Map<number, Characters>();

function* bytesOf(form: Form, from: readonly number[] = []): Generator<Uint8Array> {
  const place = form[from.length];
  if (place === undefined) {
    yield Uint8Array.from(from);
    return;
  }
  for (let byte = place[0]; byte <= place[1]; byte += 1) yield* bytesOf(form, [...from, byte]);
}

/** Every character of a page; the first bytes that stand for one are what it is written as. */
function charactersOf(codePage: number, decode: Decode): Characters {
  const before = known.get(codePage);
  if (before !== undefined) return before;
  const characters = new Map<string, Uint8Array>();
  // The decoder takes 80 of GB 18030 for the euro sign, which has two bytes there.
  const single: Form = [[0, codePage === 54_936 ? 0x7f : 0xff]];
  for (const form of [single, ...(forms[codePage] ?? [])]) {
    for (const bytes of bytesOf(form)) {
      const text = decode(bytes);
      // Two characters from one place, or one and a half: not to be written so.
      if (text.includes(replacement) || [...text].length !== 1 || characters.has(text)) continue;
      characters.set(text, bytes);
    }
  }
  known.set(codePage, characters);
  return characters;
}

function unknown(text: string, codePage: number): Error {
  const shown = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
  return invalid('_StringPool', 0, `the text ${shown} cannot be written in code page ${codePage}`);
}

/** Above the first 65,536 characters, GB 18030 counts on without a table. */
function supplementary(character: string): Uint8Array | undefined {
  const rest = (character.codePointAt(0) ?? 0) - 0x1_0000;
  if (rest < 0) return undefined;
  const [second, third, fourth] = [Math.floor(rest / 1260) % 10, Math.floor(rest / 10) % 126, rest % 10];
  return Uint8Array.of(0x90 + Math.floor(rest / 12_600), 0x30 + second, 0x81 + third, 0x30 + fourth);
}

/** Whether every surrogate is one of a pair: what UTF-8 and UTF-16 can say. */
function unicode(codePage: number): Encode {
  return (text) => {
    if (!text.isWellFormed()) throw unknown(text, codePage);
    if (codePage === 65_001) return Buffer.from(text);
    const bytes = Buffer.from(text, 'utf16le');
    return codePage === 1200 ? bytes : bytes.swap16();
  };
}

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

/**
 * Bytes of text in a code page. ASCII is written in every page, other text in the pages that can be read.
 * @throws HoldfastError (the answered function) `msi.invalid` for text that the page has not; it names both
 */
export function encoderOf(codePage: number): Encode {
  if (codePage === 65_001 || codePage === 1200 || codePage === 1201) return unicode(codePage);
  const decode = pageDecoder(codePage);
  return (text) => {
    if (isAscii(text)) return Buffer.from(text, 'latin1');
    if (decode === undefined) throw unknown(text, codePage);
    const characters = charactersOf(codePage, decode);
    return Buffer.concat(
      Array.from(text, (character) => {
        const bytes =
          characters.get(character) ?? (codePage === 54_936 ? supplementary(character) : undefined);
        if (bytes === undefined) throw unknown(text, codePage);
        return bytes;
      }),
    );
  };
}
