/** Everything of packages and cabinets that is fuzzed. */
import type { Target } from '../target.ts';
import { cabinetTargets } from './cabinet.ts';
import { codecTargets } from './codecs.ts';
import { databaseTargets } from './database.ts';
import { descriptionTargets } from './description.ts';
import { nameTargets } from './names.ts';
import { productTargets } from './product.ts';
import { rootTargets } from './root.ts';
import { transformTargets } from './transform.ts';

export const targets: readonly Target[] = [
  ...databaseTargets,
  ...transformTargets,
  ...productTargets,
  ...descriptionTargets,
  ...cabinetTargets,
  ...codecTargets,
  ...nameTargets,
  ...rootTargets,
];
