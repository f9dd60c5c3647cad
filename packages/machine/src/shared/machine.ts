/** All ports of one machine, to be passed on in slices. */
import type {
  Boot,
  Clock,
  Disk,
  Entropy,
  Identities,
  Installers,
  Network,
  Processes,
  Registry,
} from '@holdfast/ports';

export type Machine = {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly identities: Identities;
  readonly disk: Disk;
  readonly processes: Processes;
  readonly network: Network;
  readonly installers: Installers;
  readonly registry: Registry;
  readonly boot: Boot;
  /** Gives back what is held between calls: idle connections. */
  close(): void;
};
