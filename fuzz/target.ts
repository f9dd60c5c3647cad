/** What is fuzzed: where cases come from, and what is done with one. */
import { isHoldfastError } from '@holdfast/contract';
import type { Random } from '../packages/lab/src/world/random.ts';

/** How a case ended: read to its end, or refused with a code. */
export type Outcome = string;

export const wasRead: Outcome = 'read';

export type Target = {
  readonly name: string;
  /** Inputs that nothing is wrong with. */
  readonly sound: readonly Uint8Array[];
  /** One case, from chance alone: the same draws make the same bytes. `kept` are cases of the corpus. */
  make(random: Random, kept: readonly Uint8Array[]): Uint8Array;
  /** Does everything with it that can be asked for. What it throws is a finding. */
  run(bytes: Uint8Array): Promise<Outcome>;
};

/** A promise of the readers that a case broke, other than by an error that nobody foresaw. */
export class BrokenPromise extends Error {
  override name = 'BrokenPromise';
}

export function promise(kept: boolean, otherwise: () => string): void {
  if (!kept) throw new BrokenPromise(otherwise());
}

/** Families of codes that a reader of packages may refuse with; each code is in the closed catalogue. */
const refusals = /^(?:msi|cab|root)\.|^not-found$/;

/** Runs one step. A refusal is its outcome; anything else that is thrown is passed on. */
export async function outcomeOf(step: () => Promise<unknown>): Promise<Outcome> {
  try {
    await step();
    return wasRead;
  } catch (thrown) {
    if (isHoldfastError(thrown) && refusals.test(thrown.code)) return thrown.code;
    throw thrown;
  }
}

/** The outcome of several steps: the first refusal, though all are done. */
export async function outcomeOfAll(steps: Iterable<() => Promise<unknown>>): Promise<Outcome> {
  let first = wasRead;
  for (const step of steps) {
    const outcome = await outcomeOf(step);
    if (first === wasRead) first = outcome;
  }
  return first;
}
