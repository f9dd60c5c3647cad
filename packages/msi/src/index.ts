/** Windows Installer on any operating system: packages read, written and compared, planned and run. */
export { type FileContent, unpack } from './cabinet/contents.ts';
export { type Cabinet, type Compression, readCabinet } from './cabinet/layout.ts';
export { safePath, safePaths } from './cabinet/names.ts';
export { type DosTime, type FileToPack, type PackOptions, packCabinet } from './cabinet/pack.ts';
export { type CabinetFile, type CabinetSet, type OpenNeighbour, openCabinetSet } from './cabinet/set.ts';
export { type MsiexecCommand, type MsiexecTarget, parseMsiexec } from './command-line.ts';
export { type CompoundFile, openCompound } from './compound/compound.ts';
export type { StorageEntry, StreamEntry } from './compound/directory.ts';
export type { NamedStorage, StorageContent } from './compound/directory-writer.ts';
export { beyond, invalid } from './compound/errors.ts';
export {
  type Content,
  type Neighbour,
  type Neighbours,
  openContent,
  type ProductContent,
} from './content/content.ts';
export { extractionPaths } from './content/layout.ts';
export { type Column, type ColumnKind, columnCode } from './database/columns.ts';
export { type Database, databaseIn, openDatabase } from './database/database.ts';
export { exportTable, limitText, pseudoTables } from './database/idt.ts';
export type { PackageKind } from './database/kind.ts';
export type { CellData, PackageData, TableData } from './database/package-data.ts';
export { dataOf, withProperties } from './database/rewrite.ts';
export type { PackageStream } from './database/stored.ts';
export { decodeStreamName, encodeStreamName, type StreamName } from './database/stream-names.ts';
export { type Summary, type SummaryValue, summaryProperties, summaryText } from './database/summary.ts';
export type { Row, Table, Value } from './database/table.ts';
export { writePackage } from './database/write-package.ts';
export { type InstallerCommands, installerCommands } from './detect/commands.ts';
export {
  type DerivedFeature,
  type DerivedSoftware,
  deriveSoftware,
  type InstallScope,
} from './detect/derive.ts';
export { diffPackages } from './diff/diff.ts';
export type {
  BrokenRule,
  Change,
  Changes,
  DiffKind,
  FieldChange,
  PackageDiff,
  RowChange,
  StreamDiff,
  TableDiff,
} from './diff/model.ts';
export { type Condition, type ConditionValue, parseCondition } from './evaluate/condition.ts';
export { conditionHolds, type Symbols } from './evaluate/condition-truth.ts';
export { type EvaluateOptions, evaluate } from './evaluate/evaluate.ts';
export { formatText, type Resolve } from './evaluate/formatted.ts';
export { describeMachine, type MachineDescription, type WindowsVersion } from './evaluate/machine.ts';
export type {
  ComponentAction,
  ComponentState,
  Evaluation,
  FeatureAction,
  FeatureState,
  LaunchCondition,
  MachineArchitecture,
  TargetMachine,
} from './evaluate/model.ts';
export { foresee } from './foresee/foresee.ts';
export { loopProof } from './foresee/loop.ts';
export type { Foresight, ForesightCode, InstalledState, Reason } from './foresee/model.ts';
export type { HiveFiles, HiveFolder } from './host/hive-files.ts';
export { initRoot } from './host/init.ts';
export type { HostLock, Installer } from './host/lock.ts';
export type {
  FileTimes,
  HostFiles,
  HostProtection,
  HostRegistry,
  HostServices,
  RegistryChange,
  ServiceConfiguration,
  WindowsHost,
} from './host/model.ts';
export { type HostOptions, openHost } from './host/open.ts';
export type { ProtectionOptions } from './host/protection.ts';
export { type PendingOperation, performRestart } from './host/restart.ts';
export type { CauseCode } from './log/causes.ts';
export type { LogEncoding } from './log/decode.ts';
export type { Outcome } from './log/exit-codes.ts';
export { explainFile, explainLog } from './log/explain.ts';
export { type LogFile, openLogFile } from './log/file.ts';
export { type LogFlags, type LogOption, parseLogFlags, parseLogOption } from './log/flags.ts';
export { formatInstallerError, installerError } from './log/installer-errors.ts';
export { hiddenNames } from './log/masking.ts';
export type { Cause, Evidence, Explanation, LoggedInstallation, Loop } from './log/model.ts';
export type { LogOptions } from './log/pen.ts';
export { type ActionResult, type LoggedDecision, operationText } from './log/phrases.ts';
export { explanationLines, mostTelling } from './log/sentences.ts';
export { type InstallLog, type LogProduct, openLog } from './log/writer.ts';
export { type CachedPackages, openCachedPackages } from './plan/cached-packages.ts';
export { type DocumentOptions, planDocument } from './plan/document.ts';
export { checksumHolds } from './plan/files/checksum.ts';
export { type FileDamage, type ImaginedMachine, imagineMachine } from './plan/imagined-machine.ts';
export type { FileLooker, OpenCached, PlanMachine, PlanPackage } from './plan/machine.ts';
export type { FileDecision, Operation, Plan, Request } from './plan/model.ts';
export { type PlanInput, planPackage } from './plan/plan.ts';
export { requestOf, requestWith } from './plan/request.ts';
export { operationWords } from './plan/words.ts';
export type {
  Architecture,
  Component,
  Directory,
  Feature,
  FileName,
  KeyPath,
  LevelCondition,
  Media,
  Product,
  ProductFile,
  RegistryRoot,
  RegistryRow,
  SourceLayout,
  TypedRow,
} from './product/model.ts';
export { openProduct } from './product/open.ts';
export type { RegistryData, RegistryValue } from './root/data.ts';
export { fileHash } from './root/file-hash.ts';
export { type FileVersion, fileVersion } from './root/file-version.ts';
export { programFile } from './root/file-version-writer.ts';
export type { RootEntry, RootFiles } from './root/files.ts';
export { recallHive } from './root/hive-memory.ts';
export { packGuid } from './root/packed-guid.ts';
export type { ProductState } from './root/product-state.ts';
export {
  type InstalledProduct,
  installedProduct,
  type RecordedKeyPath,
} from './root/registration.ts';
export type { RegistryHive, RegistryPlace, RootRegistry } from './root/registry.ts';
export { openRoot, type Root, rootLayout } from './root/root.ts';
export { type ExitCode, exitCodes, isSuccess } from './run/exit-codes.ts';
export { asOnlyInstaller } from './run/lock.ts';
export type {
  PassedOver,
  Recovered,
  RunCause,
  RunLog,
  RunOptions,
  RunPhase,
  RunResult,
  RunSource,
  RunSources,
} from './run/model.ts';
export { run } from './run/run.ts';
export { type ByteSink, type ByteSource, bytesSink, bytesSource, fileSource } from './source.ts';
export { applyTransform } from './transform/apply.ts';
export { createTransform, type TransformOptions, writeTransform } from './transform/create.ts';
export { overlooks, validations } from './transform/fit.ts';
export { openTransform, type Transform, transformIn } from './transform/open.ts';
export { evaluateInstalled } from './verify/installed.ts';
export type {
  ComponentFinding,
  Difference,
  DifferenceKind,
  NotJudged,
  Verification,
} from './verify/model.ts';
export { verify } from './verify/verify.ts';
