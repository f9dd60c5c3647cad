/** What the client's journal keeps of the order for its own version. */
import type { Timestamp, Uuid } from '@holdfast/contract';

export type VersionProgress = {
  readonly upgradeId: Uuid;
  readonly version: string;
  /** When its turn is: drawn once. */
  readonly at: Timestamp;
  /**
   * `proving`: the new version runs and has said so. The last three are ends: an upgrade that has ended is not begun again.
   */
  readonly state: 'waiting' | 'on-trial' | 'proving' | 'blessed' | 'reverted' | 'refused';
  /** Tries that something of the network, the site or the disk has ended. */
  readonly setbacks: number;
  /** Times that it was switched to. */
  readonly switches: number;
  /** The wait that was told last, so that a standing one is told once. */
  readonly said: string | null;
  /** The version before the one that was blessed: it stays on the disk for a way back. */
  readonly kept: string | null;
};

export type VersionEntry = { readonly kind: 'version'; readonly progress: VersionProgress };
