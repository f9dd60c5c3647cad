/** The power supply of a simulated machine: on mains and without a battery until somebody pulls the plug. */
import type { Power, PowerState } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { type ToldState, toldState } from './told-state.ts';

export type Supply = ToldState<PowerState>;

export const powerSupply = (): Supply => toldState({ mains: true, battery: null });

export function powerPort(supply: Supply, calls: Calls, life: Life): Power {
  const { look, watch } = supply.seen(calls, life, 'power.state');
  return { state: look, watch };
}
