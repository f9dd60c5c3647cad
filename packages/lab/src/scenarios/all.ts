/** The scenarios of the lab, by name. */
import { kb829810 } from './kb829810/scenario.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [kb829810];
