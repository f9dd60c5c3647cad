/** Windows Installer packages, read on any operating system. */
export { type FileContent, unpack } from './cabinet/contents.ts';
export { type Cabinet, type Compression, readCabinet } from './cabinet/layout.ts';
export { cabinetLimits } from './cabinet/limits.ts';
export { safePath, safePaths } from './cabinet/names.ts';
export { type CabinetFile, type CabinetSet, type OpenNeighbour, openCabinetSet } from './cabinet/set.ts';
export { type CompoundFile, openCompound } from './compound/compound.ts';
export type { StorageEntry, StreamEntry } from './compound/directory.ts';
export { beyond, invalid } from './compound/errors.ts';
export { type Column, type ColumnKind, columnCode } from './database/columns.ts';
export { type Database, openDatabase, type PackageStream } from './database/database.ts';
export { exportTable, limitText, pseudoTables } from './database/idt.ts';
export { decodeStreamName, encodeStreamName, type StreamName } from './database/stream-names.ts';
export { type Summary, type SummaryValue, summaryProperties, summaryText } from './database/summary.ts';
export type { Row, Table, Value } from './database/table.ts';
export { type ByteSource, bytesSource, fileSource } from './source.ts';
