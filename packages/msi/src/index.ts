/** Windows Installer packages, read on any operating system. */
export { type FileContent, unpack } from './cabinet/contents.ts';
export { type Cabinet, type Compression, readCabinet } from './cabinet/layout.ts';
export { cabinetLimits } from './cabinet/limits.ts';
export { safePath, safePaths } from './cabinet/names.ts';
export { type DosTime, type FileToPack, type PackOptions, packCabinet } from './cabinet/pack.ts';
export { type CabinetFile, type CabinetSet, type OpenNeighbour, openCabinetSet } from './cabinet/set.ts';
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
export { type PackageKind, packageKind } from './database/kind.ts';
export type { CellData, PackageData, TableData } from './database/package-data.ts';
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
export { dataText, type RegistryData, type RegistryValue } from './root/data.ts';
export { fileHash } from './root/file-hash.ts';
export { type FileVersion, fileVersion } from './root/file-version.ts';
export type { RootEntry, RootFiles } from './root/files.ts';
export { packGuid, unpackGuid } from './root/packed-guid.ts';
export {
  type InstalledProduct,
  installedProduct,
  installedProducts,
  type RecordedKeyPath,
  recordedKeyPath,
} from './root/registration.ts';
export type { RegistryHive, RegistryPlace, RootRegistry } from './root/registry.ts';
export { openRoot, type Root, rootLayout } from './root/root.ts';
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
