/** What is read out of a package: its files one after another, hostile until their hashes were seen. */

export type PackageEntry = {
  /** As the package has them, several for one content: relative, `/` between names. Compared only, never opened. */
  readonly paths: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** To be read before the next entry is asked for, or left unread. */
  readonly content: AsyncIterable<Uint8Array>;
};

/** Entries of one package: beyond that it is somebody's attack. */
export const mostEntries = 100_000;
