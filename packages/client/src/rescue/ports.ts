/** What the second starter needs of its machine. */
import type { MachinePorts, Starters } from '@holdfast/ports';

export type RescuePorts = Pick<
  MachinePorts,
  'clock' | 'disk' | 'boot' | 'installers' | 'network' | 'processes' | 'entropy' | 'registry' | 'links'
> & { readonly starters: Starters };
