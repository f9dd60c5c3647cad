/** Faults on purpose, one of each kind: a fuzzer that does not find them finds nothing. */
import { outcomeOf, promise, type Target } from './target.ts';

/** One case of four shows the fault. */
function canary(name: string, fault: () => unknown): Target {
  return {
    name,
    sound: [Uint8Array.of(1)],
    make: (random) => random.bytes(1 + random.integer(40)),
    run: (bytes) =>
      outcomeOf(async () => {
        if ((bytes[0] ?? 1) % 4 === 0) fault();
      }),
  };
}

const megabyte = 1024 * 1024;

export const canaries: readonly Target[] = [
  canary('unforeseen', () => new Array<number>(-1)),
  canary('broken', () => promise(false, () => 'a promise of 7 words')),
  canary('greedy-at-once', () => new Uint8Array(100 * megabyte)),
  canary('greedy-by-and-by', () => Array.from({ length: 100 }, () => new Uint8Array(megabyte))),
  canary('greedy-objects', () => {
    const kept: object[] = [];
    for (let count = 0; count < 10_000_000; count += 1) kept.push({ count });
    return kept;
  }),
  canary('endless', () => {
    for (let word = 1; word !== 0; ) word = (word + 2) >>> 0;
  }),
];
