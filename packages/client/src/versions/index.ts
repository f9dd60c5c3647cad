/** Versions of the client beside one another: taken, started on trial, blessed or given up. */
export type { VersionHost } from '../components/model.ts';
export { floorOf } from './follow.ts';
export {
  type GuardEnd,
  type GuardOptions,
  type GuardPorts,
  guardTrial,
  type SiteAnswer,
  type Watched,
} from './guard.ts';
export type { Sight } from './judge.ts';
export {
  currentName,
  readCurrent,
  readTrial,
  readVerdict,
  type Trial,
  type Verdict,
  type VersionName,
  versionsFolder,
  withVersions,
} from './record.ts';
export type { InstalledRuntime } from './route.ts';
export { endedInOrder, goBack, nextStart, type Start, type TrialEnd } from './trial.ts';
export { witness } from './witness.ts';
