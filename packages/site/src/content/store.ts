/** Content by its SHA-256: each file of the same bytes is stored once. */
import type { Sha256 } from '@holdfast/contract';
import type { OpenFile } from '@holdfast/ports';

export type ContentStore = {
  /**
   * Stores a stream under the hash of its bytes; verified, durable and visible only when whole.
   * @throws HoldfastError `content.hash-mismatch`, `request.cut-off`, `disk.full`
   */
  add(
    bytes: AsyncIterable<Uint8Array>,
    expected?: { sha256?: Sha256; size?: number },
  ): Promise<{ sha256: Sha256; size: number; known: boolean }>;
  /** Length in bytes; undefined where the site does not have it. */
  size(hash: Sha256): Promise<number | undefined>;
  /** Opens it for reading at any position; the caller closes it. @throws HoldfastError `content.not-found` */
  open(hash: Sha256): Promise<OpenFile>;
  /** Bytes from `start` up to but not including `end`. @throws HoldfastError `content.not-found` */
  read(hash: Sha256, start: number, end: number): AsyncIterable<Uint8Array>;
};
