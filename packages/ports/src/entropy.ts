/** Chance. */
export type Entropy = {
  /** Cryptographically strong bytes. */
  bytes(length: number): Uint8Array;
  /** A whole number, 0 <= n < bound, evenly spread. */
  integer(bound: number): number;
  /** A random (version 4) UUID. */
  uuid(): string;
};
