/** All ports of one real machine, to be passed on in slices. */
import type { MachinePorts } from '@holdfast/ports';

export type Machine = MachinePorts & {
  /** Gives back what is held between calls: idle connections. */
  close(): void;
};
