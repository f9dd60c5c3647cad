/** All planted bugs, in the order of the promises. */
import type { PlantedBug } from './bug.ts';
import { oldOrNew } from './i1-old-or-new.ts';
import { oneClient } from './i2-one-client.ts';
import { checkedFirst } from './i3-checked-first.ts';
import { neverBack } from './i4-never-back.ts';
import { workSurvives } from './i5-work-survives.ts';
import { once } from './i6-once.ts';
import { limits } from './i7-limits.ts';
import { heals } from './i8-heals.ts';
import { saysWhy } from './i9-says-why.ts';
import { declaredPlaces } from './i10-declared-places.ts';
import { lastGood } from './i11-last-good.ts';
import { sameAgain } from './i12-same-again.ts';

export const plantedBugs: readonly PlantedBug[] = [
  ...oldOrNew,
  ...oneClient,
  ...checkedFirst,
  ...neverBack,
  ...workSurvives,
  ...once,
  ...limits,
  ...heals,
  ...saysWhy,
  ...declaredPlaces,
  ...lastGood,
  ...sameAgain,
];
