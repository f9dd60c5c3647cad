/** The operating system that the journal is of. */
export type KnownSystem = {
  readonly epoch: string;
  /** As the system calls itself, with its version; empty where an older client kept only the epoch. */
  readonly name: string;
};

/** From one system to another; `from` is null where none was known yet. */
export type SystemEntry = {
  readonly kind: 'system';
  readonly from: KnownSystem | null;
  readonly to: KnownSystem;
};
