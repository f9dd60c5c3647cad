/** Who works on the machine from afar. */
import type { Watch } from './readiness.ts';

export type RemoteSession = {
  /** `remote-control`, `remote-desktop`, `ssh`. */
  readonly kind: string;
  readonly user: string;
};

export type Sessions = {
  /** Those that are live now. */
  remote(): Promise<readonly RemoteSession[]>;
  readonly watch?: Watch;
};
