/** Simulated machines behind the same ports. */

export { type Carelessness, carelessnesses } from './crash/careless.ts';
export type { BrokenPromise, CrashOptions, CrashTally, CutPlan } from './crash/cuts.ts';
export {
  type CrashReport,
  clientKilled,
  cutsInARow,
  type Downfall,
  describeFailure,
  everyCut,
  type Failure,
  type Flow,
  type FlowResult,
  type Interruption,
  powerCuts,
} from './crash/downfalls.ts';
export type { CrashFlow, TextOfCut } from './crash/flow.ts';
export { crashFlows } from './crash/flows.ts';
export type { Damage, Fate } from './disk/damage.ts';
export type { Volume } from './disk/volume.ts';
export { drawPlan } from './explore/draw.ts';
export { type ExploreEvent, type FaultKind, faultKinds, type Plan } from './explore/events.ts';
export { type Exploration, type ExploreTally, exploreSeed, exploreSeeds } from './explore/explore.ts';
export { type Finding, type PromiseName, promises } from './explore/findings.ts';
export { type ReplayFile, readReplay, replay, replayText } from './explore/replay.ts';
export { shrink as shrinkExploration } from './explore/shrink.ts';
export { type FleetOptions, type FleetReport, runFleet } from './fleet/fleet.ts';
export { type DeploymentOptions, deploymentFlow } from './flows/deployment.ts';
export {
  type MachineOptions,
  type SimulatedMachine,
  simulatedMachine,
} from './machine/machine.ts';
export type { Program, ProgramRun } from './machine/processes.ts';
export { scenarios } from './scenarios/all.ts';
export {
  mergedTally,
  type Outcome,
  runSeeds,
  type Scenario,
  type ScenarioOptions,
  type Tally,
} from './scenarios/scenario.ts';
export {
  htmlPage,
  type NetworkFault,
  overloaded,
  type Server,
  type ServerAnswer,
  type ServerRequest,
  type SimulatedNetwork,
  simulatedNetwork,
} from './site/network.ts';
export { type SimulatedClient, type SimulatedSite, simulatedSite } from './site/site.ts';
export { type Page, type PageStory, timelinePage } from './timeline/page.ts';
export { pictureSvg, type ToldStory } from './timeline/picture.ts';
export { timelineText } from './timeline/text.ts';
export { type Lane, lanes, type TimelineEvent } from './timeline/timeline.ts';
export type { Stop } from './world/calls.ts';
export { type VirtualClock, virtualClock, worldStart } from './world/clock.ts';
export { type Random, randomFrom } from './world/random.ts';
export { inVirtualTime } from './world/run.ts';
export { newTrace, noTrace, type Trace } from './world/trace.ts';
