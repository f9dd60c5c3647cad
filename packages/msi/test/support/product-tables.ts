/** Packages for tests from rows of the installer's own tables, in the shape that their documentation gives them. */
import { bytesSource, type Database, openDatabase, openProduct, type Product } from '@holdfast/msi';
import { compoundFile } from './compound-writer.ts';
import { databaseStreams, type TestColumn } from './database-writer.ts';

type Cell = string | number | null;

/** Columns by table: a `*` marks a key, `2` and `4` whole numbers of so many bytes. */
const shapes = {
  Property: ['Property*', 'Value'],
  Directory: ['Directory*', 'Directory_Parent', 'DefaultDir'],
  Feature: [
    'Feature*',
    'Feature_Parent',
    'Title',
    'Description',
    'Display2',
    'Level2',
    'Directory_',
    'Attributes2',
  ],
  Condition: ['Feature_*', 'Level2*', 'Condition'],
  FeatureComponents: ['Feature_*', 'Component_*'],
  Component: ['Component*', 'ComponentId', 'Directory_', 'Attributes2', 'Condition', 'KeyPath'],
  File: ['File*', 'Component_', 'FileName', 'FileSize4', 'Version', 'Language', 'Attributes2', 'Sequence4'],
  Media: ['DiskId2*', 'LastSequence4', 'DiskPrompt', 'Cabinet', 'VolumeLabel', 'Source'],
  MsiFileHash: ['File_*', 'Options2', 'HashPart14', 'HashPart24', 'HashPart34', 'HashPart44'],
  Registry: ['Registry*', 'Root2', 'Key', 'Name', 'Value', 'Component_'],
  CustomAction: ['Action*', 'Type2', 'Source', 'Target'],
  InstallExecuteSequence: ['Action*', 'Condition', 'Sequence2'],
  LaunchCondition: ['Condition*', 'Description'],
  ModuleSignature: ['ModuleID*', 'Language2', 'Version'],
} as const;

export type Rows = { readonly [table in keyof typeof shapes]?: readonly (readonly Cell[])[] };

function columnOf(shape: string): TestColumn {
  const key = shape.endsWith('*');
  const name = key ? shape.slice(0, -1) : shape;
  const width = /[24]$/.exec(name)?.[0];
  const nullable = key ? 0x2000 : 0x1000;
  if (width === undefined) return { name, type: nullable | 0x0d48 };
  return { name: name.slice(0, -1), type: nullable | (width === '2' ? 0x0502 : 0x0104) };
}

/** Bytes of a package. `words` is its Word Count summary. */
export function packageBytes(
  rows: Rows,
  streams: Readonly<Record<string, Uint8Array>> = {},
  words = 0,
): Buffer {
  const tables = Object.entries(shapes).flatMap(([name, shape]) => {
    const content = Object.entries(rows).find(([table]) => table === name)?.[1];
    return content === undefined ? [] : [{ name, columns: shape.map(columnOf), rows: content }];
  });
  const own = databaseStreams({ tables });
  const summary = { '\u0005SummaryInformation': summaryOf(words) };
  return Buffer.from(compoundFile({ streams: { ...own, ...summary, ...streams } }));
}

/** A property set with a Word Count alone. */
function summaryOf(words: number): Uint8Array {
  const bytes = Buffer.alloc(48 + 8 + 8 + 8);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt32LE(1, 24);
  bytes.writeUInt32LE(48, 44);
  bytes.writeUInt32LE(24, 48);
  bytes.writeUInt32LE(1, 52);
  bytes.writeUInt32LE(15, 56);
  bytes.writeUInt32LE(16, 60);
  bytes.writeUInt32LE(3, 64);
  bytes.writeInt32LE(words, 68);
  return bytes;
}

export async function opened(
  rows: Rows,
  streams: Readonly<Record<string, Uint8Array>> = {},
  words = 0,
): Promise<{ database: Database; product: Product }> {
  const database = await openDatabase(bytesSource(packageBytes(rows, streams, words)));
  return { database, product: await openProduct(database) };
}

/** A product of one feature, with what a test adds to it or puts in place. */
export const small = {
  Property: [
    ['ProductCode', '{11111111-2222-3333-4444-555555555555}'],
    ['ProductName', 'Small'],
    ['ProductVersion', '1.2.3'],
    ['ProductLanguage', '1033'],
  ],
  Directory: [
    ['TARGETDIR', null, 'SourceDir'],
    ['ProgramFilesFolder', 'TARGETDIR', 'PFiles'],
    ['INSTALLDIR', 'ProgramFilesFolder', 'SMALL|Small Product'],
  ],
  Feature: [['Main', null, 'Main', null, 1, 1, 'INSTALLDIR', 0]],
  FeatureComponents: [['Main', 'Program']],
  Component: [['Program', '{aaaaaaaa-2222-3333-4444-555555555555}', 'INSTALLDIR', 0, null, 'program.exe']],
  File: [['program.exe', 'Program', 'PROGRAM.EXE|program one.exe', 11, '1.0.0.0', '1033', 512, 1]],
  Media: [[1, 1, null, '#cab', null, null]],
} as const satisfies Rows;
