/** The heart: desired and observed to a plan, through gates, applied, verified, journalled. */
export { type Backoff, backoffMs, fullJitterMs } from './backoff.ts';
export { carryOutAll, carryOutUntilSettled } from './carry-out-all.ts';
export type { Applied, Change, Condition, Job, JobPorts, Json } from './change.ts';
export {
  chunksOf,
  hashFile,
  openPath,
  readWhole,
  removeIfThere,
  removeTree,
  replaceFile,
  splitPath,
  withOpen,
  writePieces,
} from './files.ts';
export { type GatePlace, type GatePorts, gatesOf } from './gate-kinds.ts';
export {
  type ClosedGate,
  diskFreeGate,
  firstClosedGate,
  type Gate,
  type GateVerdict,
  gatePollMs,
  untilStirred,
  verdictOf,
  waitAt,
} from './gates.ts';
export {
  afterRepairStarted,
  afterRequest,
  afterSetback,
  afterSuccess,
  afterSystemChange,
  emptyHistory,
  type History,
  longestWaitMs,
  type Setback,
  setbackRules,
  wasBegun,
} from './history.ts';
export type { JobEvent } from './job-events.ts';
export type { JobReport } from './job-work.ts';
export { type Journal, type JournalOptions, openJournal, setAside } from './journal.ts';
export { type JournalScan, peekJournal, scanJournal } from './journal-scan.ts';
export { type ChangeRecord, type JobRecord, type Ledger, newRecord, openLedger, released } from './ledger.ts';
export {
  type Action,
  type Desired,
  isReached,
  type Moment,
  type Observed,
  type Plan,
  plan,
} from './plan.ts';
export {
  carryOut,
  describeExit,
  recover,
  type Step,
  type StepEnd,
  type StepRecorder,
  type Unfinished,
  type Verdict,
} from './run.ts';
export { createSerial, type Serial } from './serial.ts';
export { awakeFor, openStopwatch, type Stopwatch } from './time-limit.ts';
