/** What every way of packing offers to those who unpack. */

/** Unpacks one block into all of `target`, or throws `cab.invalid`. Keeps what the next block refers to. */
export type BlockDecoder = (packed: Uint8Array, target: Uint8Array) => void;
