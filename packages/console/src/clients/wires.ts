/** The wires that clients speak, in words: an older one tells an older generation of clients. */
import { type Wire, wires } from '@holdfast/contract/web';

export const wireWords: Readonly<Record<Wire, string>> = {
  1: 'Wire 1, first generation',
  2: 'Wire 2, second generation',
  3: 'Wire 3, today',
};

/** The wire that a text of an address names, if it names one. */
export const wireOfText = (value: unknown): Wire | undefined =>
  wires.find((wire) => String(wire) === String(value));
