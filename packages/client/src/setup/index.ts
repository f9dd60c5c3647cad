/** The bootstrap: makes a machine a client of a site, mends one that is, and takes it away again. */
export { heedful } from './heedful.ts';
export type { SetupHook, SetupHost, SetupPlaces } from './host.ts';
export { programCopy } from './keep-program.ts';
export { sourceFileName } from './locate.ts';
export { type SetupEnd, setupJournalName } from './progress.ts';
export { setupFolder } from './removal.ts';
export {
  defaultDownloadMinutes,
  type KeepWord,
  keepWords,
  plainRequest,
  type SetupRequest,
} from './request.ts';
export { foreseeSetup, lastName, runSetup, type SetupRun, setupUnderWay } from './run.ts';
