/** Small Windows Installer packages, made for tests. */
import { bytesSink, type Column, type PackageData, type TableData, writePackage } from '@holdfast/msi';

export const productCode = '{6C2B4B1E-0B60-4F0E-9C2D-5E4B7A1D0C31}';

/** `s72*` a key of at most 72 characters, `S0` text or nothing, `i2`, `I4`. */
function columnOf(code: string, name: string): Column {
  const [, letter = 's', size = '0', key = ''] = /^([sSiI])(\d+)(\*?)$/.exec(code) ?? [];
  const isText = letter.toLowerCase() === 's';
  return {
    name,
    kind: isText ? 'string' : size === '4' ? 'i4' : 'i2',
    size: Number(size),
    key: key !== '',
    nullable: letter === letter.toUpperCase(),
    localizable: false,
  };
}

/** @param columns `Name:s72*` each */
export function tableOf(name: string, columns: string, rows: TableData['rows']): TableData {
  return {
    name,
    columns: columns.split(' ').map((column) => {
      const [title = '', code = ''] = column.split(':');
      return columnOf(code, title);
    }),
    rows,
  };
}

const properties = (other: Readonly<Record<string, string>>): TableData =>
  tableOf(
    'Property',
    'Property:s72* Value:s0',
    Object.entries({
      ProductName: 'Greeter',
      ProductVersion: '1.2.3',
      Manufacturer: 'Holdfast',
      ProductCode: productCode,
      UpgradeCode: '{0F0A4C59-5C85-4C35-8C57-7D2A6A1E9F10}',
      ProductLanguage: '1033',
      ALLUSERS: '1',
      ...other,
    }),
  );

/** An installer of one file, with tables beside or in place of its own. */
export async function smallPackage(
  change: {
    readonly properties?: Readonly<Record<string, string>>;
    readonly tables?: readonly TableData[];
    readonly kind?: PackageData['kind'];
    readonly streams?: PackageData['streams'];
  } = {},
): Promise<Uint8Array> {
  const own = [
    properties(change.properties ?? {}),
    tableOf('Directory', 'Directory:s72* Directory_Parent:S72 DefaultDir:s255', [
      ['TARGETDIR', null, 'SourceDir'],
      ['ProgramFilesFolder', 'TARGETDIR', '.'],
      ['INSTALLDIR', 'ProgramFilesFolder', 'GREETER|Greeter'],
    ]),
    tableOf(
      'Feature',
      'Feature:s38* Feature_Parent:S38 Title:S64 Description:S255 Display:I2 Level:i2 Directory_:S72 Attributes:i2',
      [
        ['Main', null, 'Greeter', 'The program', 1, 1, 'INSTALLDIR', 0],
        ['Extra', 'Main', null, null, 3, 2000, 'INSTALLDIR', 0],
      ],
    ),
    tableOf(
      'Component',
      'Component:s72* ComponentId:S38 Directory_:s72 Attributes:i2 Condition:S255 KeyPath:S72',
      [['Program', '{7D2E8B52-2E0C-4F38-9B65-3F0C3B6A1C44}', 'INSTALLDIR', 0, null, 'greet.exe']],
    ),
    tableOf('FeatureComponents', 'Feature_:s38* Component_:s72*', [['Main', 'Program']]),
    tableOf(
      'File',
      'File:s72* Component_:s72 FileName:s255 FileSize:i4 Version:S72 Language:S20 Attributes:I2 Sequence:i2',
      [['greet.exe', 'Program', 'GREET.EXE|greet.exe', 4096, '1.2.3.0', '1033', 512, 1]],
    ),
    tableOf('Media', 'DiskId:i2* LastSequence:i2 DiskPrompt:S64 Cabinet:S255 VolumeLabel:S32 Source:S72', [
      [1, 1, null, null, null, null],
    ]),
  ];
  const replaced = new Set((change.tables ?? []).map(({ name }) => name));
  const sink = bytesSink();
  await writePackage(
    {
      kind: change.kind ?? 'installer',
      codePage: 1252,
      tables: [...own.filter(({ name }) => !replaced.has(name)), ...(change.tables ?? [])],
      streams: change.streams ?? [],
      summary: new Map([
        [1, { kind: 'number', number: 1252 }],
        [2, { kind: 'text', text: 'Installation Database' }],
        [7, { kind: 'text', text: 'x64;1033' }],
        [9, { kind: 'text', text: '{E7D3D9F2-5C0C-4E8C-8C0B-0B4E7C2F6A11}' }],
        [14, { kind: 'number', number: 200 }],
        [15, { kind: 'number', number: 2 }],
      ]),
    },
    sink,
  );
  return sink.bytes();
}
