/** The scenarios of the lab, by name. */
import { debianUpgrade } from './debian-upgrade/scenario.ts';
import { exitCodes } from './exit-codes/scenario.ts';
import { foreignAgent } from './foreign-agent/scenario.ts';
import { heldPulse } from './held-pulse/scenario.ts';
import { kb829810 } from './kb829810/scenario.ts';
import { neverDetected } from './never-detected/scenario.ts';
import { osChanged } from './os-changed/scenario.ts';
import { otherArchitecture } from './other-architecture/scenario.ts';
import { overloadedSite } from './overloaded-site/scenario.ts';
import { pageForAPackage } from './page-for-a-package/scenario.ts';
import { pendingRestart } from './pending-restart/scenario.ts';
import { q239564 } from './q239564/scenario.ts';
import { q246040 } from './q246040/scenario.ts';
import { q257224 } from './q257224/scenario.ts';
import { q283130 } from './q283130/scenario.ts';
import { reinstallOfNothing } from './reinstall-of-nothing/scenario.ts';
import { removedAtRestart } from './removed-at-restart/scenario.ts';
import type { Scenario } from './scenario.ts';
import { sleepInTheTrial } from './self-upgrade/sleep-in-the-trial.ts';
import { trialWithoutSite } from './self-upgrade/trial-without-site.ts';
import { wayBack } from './self-upgrade/way-back.ts';
import { sleepInTheSwap } from './sleep-in-the-swap/scenario.ts';
import { slowFirstBoot } from './slow-first-boot/scenario.ts';

export const scenarios: readonly Scenario[] = [
  kb829810,
  debianUpgrade,
  exitCodes,
  pendingRestart,
  removedAtRestart,
  sleepInTheSwap,
  slowFirstBoot,
  osChanged,
  neverDetected,
  q239564,
  q246040,
  q257224,
  q283130,
  reinstallOfNothing,
  overloadedSite,
  heldPulse,
  pageForAPackage,
  otherArchitecture,
  foreignAgent,
  sleepInTheTrial,
  trialWithoutSite,
  wayBack,
];
