/** Chance from one seed: xoshiro128** with named streams, whole numbers only. */
import { hash } from 'node:crypto';

export type Random = {
  /** The next 32 bits, 0 <= n < 2^32. */
  word(): number;
  /** A whole number, 0 <= n < bound, evenly spread. @throws RangeError for a bound that is no positive whole number */
  integer(bound: number): number;
  /** True `numerator` times in `denominator`. */
  chance(numerator: number, denominator: number): boolean;
  pick<T>(choices: readonly T[]): T;
  bytes(length: number): Uint8Array;
  /**
   * The stream of this name beneath this one. It depends on the seed and on its name alone, never on what was
   * drawn elsewhere, so one draw more in one stream leaves every other stream as it was. Asked twice, it goes on.
   */
  stream(name: string): Random;
};

/** A source of chance from a seed: the same seed gives the same draws for ever. */
export function randomFrom(seed: number | string): Random {
  return source(`seed ${seed}`);
}

function source(path: string): Random {
  const words = stateOf(path);
  const streams = new Map<string, Random>();

  // xoshiro128** 1.1: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (prng.di.unimi.it).
  function word(): number {
    const [first, second, third, fourth] = words;
    const result = Math.imul(rotate(Math.imul(second, 5), 7), 9) >>> 0;
    const mixed = third ^ first;
    const crossed = fourth ^ second;
    words[0] = first ^ crossed;
    words[1] = second ^ mixed;
    words[2] = mixed ^ (second << 9);
    words[3] = rotate(crossed, 11);
    return result;
  }

  function integer(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`${bound} is no bound of a draw.`);
    const wide = bound > 2 ** 32;
    const range = wide ? 2 ** 53 : 2 ** 32;
    const tail = range - (range % bound);
    for (;;) {
      const drawn = wide ? (word() >>> 11) * 2 ** 32 + word() : word();
      if (drawn < tail) return drawn % bound;
    }
  }

  return {
    word,
    integer,
    chance: (numerator, denominator) => integer(denominator) < numerator,
    pick(choices) {
      const [chosen] = choices.slice(integer(choices.length));
      if (chosen === undefined) throw new RangeError('a choice must not be undefined');
      return chosen;
    },
    bytes(length) {
      const bytes = new Uint8Array(length);
      let drawn = 0;
      for (let at = 0; at < length; at++) {
        drawn = at % 4 === 0 ? word() : drawn >>> 8;
        bytes[at] = drawn & 0xff;
      }
      return bytes;
    },
    stream(name) {
      const known = streams.get(name) ?? source(`${path}/${name}`);
      streams.set(name, known);
      return known;
    },
  };
}

function stateOf(path: string): [number, number, number, number] {
  const digest = hash('sha256', path, 'buffer');
  return [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)];
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
