/** The agent: enrolment, policy, content, software, status. */
export { type Client, type ClientStatus, openClient } from './client.ts';
export type {
  ClientInstallation,
  ClientPlace,
  ComponentFinding,
  Damage,
  Installation,
  KeptState,
  PackageSite,
  RepairOptions,
  RepairReport,
  Restored,
  Unrestored,
} from './components/index.ts';
export type { ClientOptions, ClientPorts } from './context.ts';
export type { CycleReport } from './cycle.ts';
export { loadEvaluation } from './health/load.ts';
export { loadComponents, loadComponentWork } from './load-component.ts';
export type { LoopLife } from './loop-life.ts';
export {
  awakeMoment,
  type BeatOptions,
  beat,
  type Decision,
  openRecord,
  type Pulse,
  pulseEveryMs,
  pulseName,
  type RescueOptions,
  type RescuePorts,
  type RescueRecord,
  type RescueReport,
  readPulse,
  rescue,
  rescueFolder,
} from './rescue/index.ts';
export { type ApartPorts, screenSelfTestApart } from './screen/apart.ts';
export {
  type DriverHost,
  type DriverModule,
  driverInterface,
  type SelfTestOutcome,
  type SelfTestResult,
} from './screen/driver.ts';
export { type LoadModule, openDriver } from './screen/load.ts';
export { type SelfTestOptions, screenSelfTest } from './screen/self-test.ts';
export {
  ClientSettings,
  cacheBytes,
  changeSettings,
  isLogged,
  readSettings,
  settingsName,
} from './settings.ts';
export {
  defaultDownloadMinutes,
  foreseeSetup,
  heedful,
  type KeepWord,
  keepWords,
  lastName,
  linuxPredecessors,
  type Predecessor,
  plainRequest,
  programCopy,
  runSetup,
  type SetupEnd,
  type SetupHook,
  type SetupHost,
  type SetupPlaces,
  type SetupRequest,
  type SetupRun,
  setupFolder,
  setupJournalName,
  setupUnderWay,
  sourceFileName,
  windowsPredecessors,
} from './setup/index.ts';
export type { ClientEvent } from './status/reporter.ts';
