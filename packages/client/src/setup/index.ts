/** The bootstrap: makes a machine a client of a site, mends one that is, and takes it away again. */
export { lastName } from './ending.ts';
export { heedful } from './heedful.ts';
export type { SetupHook, SetupHost, SetupPlaces } from './host.ts';
export { programCopy } from './keep-program.ts';
export { sourceFileName } from './locate.ts';
export { setupFolder } from './places.ts';
export { linuxPredecessors, type Predecessor, windowsPredecessors } from './predecessors/known.ts';
export { type SetupEnd, setupJournalName } from './progress.ts';
export {
  defaultDownloadMinutes,
  type KeepWord,
  keepWords,
  plainRequest,
  type SetupRequest,
} from './request.ts';
export { foreseeSetup, runSetup, type SetupRun, setupUnderWay } from './run.ts';
