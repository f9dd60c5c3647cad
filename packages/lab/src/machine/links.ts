/** The network links of a simulated machine, as it sees them; what gets through is told by `site/network.ts`. */
import type { LinkState, Links } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { type ToldState, toldState } from './told-state.ts';

export type LinkTable = ToldState<LinkState>;

export const linkTable = (): LinkTable => toldState({ up: true, metered: false });

export function linksPort(links: LinkTable, calls: Calls, life: Life): Links {
  const { look, watch } = links.seen(calls, life, 'links.state');
  return { state: look, watch };
}
