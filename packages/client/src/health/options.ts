/** What whoever starts the client tells it for its health. */

export type HealthOptions = {
  /** Reports what is wrong, and mends nothing. */
  readonly notifyOnly?: boolean;
  /** The Node that runs it. */
  readonly runtime?: {
    /** Absolute path. */
    readonly program: string;
    readonly version: string;
    readonly flags: readonly string[];
    /** Those that the package starts it with. */
    readonly wantedFlags: readonly string[];
  };
};
