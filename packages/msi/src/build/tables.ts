/** Columns of the standard tables that a built package has, and what its _Validation table says of them. */
import type { Column } from '../database/columns.ts';

const sequence = ['Action* s72 Identifier', 'Condition S255 Condition', 'Sequence I2 -4..32767'];

/**
 * `Name*` (a star for a key), the .idt code of the type (upper case: may be null), then what _Validation knows:
 * the least and greatest number, `>Tables` whose keys it names, the category, the set of allowed values.
 * Source: the column descriptions of each table in the Windows Installer reference.
 */
const layouts = {
  Property: ['Property* s72 Identifier', 'Value l0 Text'],
  Directory: [
    'Directory* s72 Identifier',
    'Directory_Parent S72 >Directory Identifier',
    'DefaultDir l255 DefaultDir',
  ],
  Component: [
    'Component* s72 Identifier',
    'ComponentId S38 Guid',
    'Directory_ s72 >Directory Identifier',
    'Attributes i2',
    'Condition S255 Condition',
    'KeyPath S72 >File;Registry;ODBCDataSource Identifier',
  ],
  Feature: [
    'Feature* s38 Identifier',
    'Feature_Parent S38 >Feature Identifier',
    'Title L64 Text',
    'Description L255 Text',
    'Display I2 0..32767',
    'Level i2 0..32767',
    'Directory_ S72 >Directory UpperCase',
    'Attributes i2 {0;1;2;4;5;6;8;9;10;16;17;18;20;21;22;24;25;26;32;33;34;36;37;38;48;49;50;52;53;54}',
  ],
  FeatureComponents: ['Feature_* s38 >Feature Identifier', 'Component_* s72 >Component Identifier'],
  File: [
    'File* s72 Identifier',
    'Component_ s72 >Component Identifier',
    'FileName l255 Filename',
    'FileSize i4 0..2147483647',
    'Version S72 >File Version',
    'Language S20 Language',
    'Attributes I2 0..32767',
    'Sequence i4 1..2147483647',
  ],
  MsiFileHash: [
    'File_* s72 >File Identifier',
    'Options i2 0..32767',
    'HashPart1 i4',
    'HashPart2 i4',
    'HashPart3 i4',
    'HashPart4 i4',
  ],
  Media: [
    'DiskId* i2 1..32767',
    'LastSequence i4 0..2147483647',
    'DiskPrompt L64 Text',
    'Cabinet S255 Cabinet',
    'VolumeLabel S32 Text',
    'Source S72 Property',
  ],
  Registry: [
    'Registry* s72 Identifier',
    'Root i2 -1..3',
    'Key l255 RegPath',
    'Name L255 Formatted',
    'Value L0 Formatted',
    'Component_ s72 >Component Identifier',
  ],
  RemoveRegistry: [
    'RemoveRegistry* s72 Identifier',
    'Root i2 -1..3',
    'Key l255 RegPath',
    'Name L255 Formatted',
    'Component_ s72 >Component Identifier',
  ],
  ServiceInstall: [
    'ServiceInstall* s72 Identifier',
    'Name s255 Formatted',
    'DisplayName L255 Formatted',
    'ServiceType i4 -2147483647..2147483647',
    'StartType i4 0..4',
    'ErrorControl i4 -2147483647..2147483647',
    'LoadOrderGroup S255 Formatted',
    'Dependencies S255 Formatted',
    'StartName S255 Formatted',
    'Password S255 Formatted',
    'Arguments S255 Formatted',
    'Component_ s72 >Component Identifier',
    'Description L255 Text',
  ],
  ServiceControl: [
    'ServiceControl* s72 Identifier',
    'Name l255 Formatted',
    'Event i2 0..187',
    'Arguments L255 Formatted',
    'Wait I2 0..1',
    'Component_ s72 >Component Identifier',
  ],
  Shortcut: [
    'Shortcut* s72 Identifier',
    'Directory_ s72 >Directory Identifier',
    'Name l128 Filename',
    'Component_ s72 >Component Identifier',
    'Target s72 Shortcut',
    'Arguments S255 Formatted',
    'Description L255 Text',
    'Hotkey I2 0..32767',
    'Icon_ S72 >Icon Identifier',
    'IconIndex I2 -32767..32767',
    'ShowCmd I2 {1;3;7}',
    'WkDir S72 Identifier',
    'DisplayResourceDLL S255 Formatted',
    'DisplayResourceId I2 0..32767',
    'DescriptionResourceDLL S255 Formatted',
    'DescriptionResourceId I2 0..32767',
  ],
  Icon: ['Name* s72 Identifier', 'Data v0 Binary'],
  CreateFolder: ['Directory_* s72 >Directory Identifier', 'Component_* s72 >Component Identifier'],
  RemoveFile: [
    'FileKey* s72 Identifier',
    'Component_ s72 >Component Identifier',
    'FileName L255 WildCardFilename',
    'DirProperty s72 Identifier',
    'InstallMode i2 {1;2;3}',
  ],
  LaunchCondition: ['Condition* s255 Condition', 'Description l255 Text'],
  Upgrade: [
    'UpgradeCode* s38 Guid',
    'VersionMin* S20 Text',
    'VersionMax* S20 Text',
    'Language* S255 Language',
    'Attributes* i4 0..2147483647',
    'Remove S255 Formatted',
    'ActionProperty s72 UpperCase',
  ],
  CustomAction: [
    'Action* s72 Identifier',
    'Type i2 1..16383',
    'Source S72 CustomSource',
    'Target S255 Formatted',
  ],
  Condition: ['Feature_* s38 >Feature Identifier', 'Level* i2 0..32767', 'Condition S255 Condition'],
  Binary: ['Name* s72 Identifier', 'Data v0 Binary'],
  Environment: [
    'Environment* s72 Identifier',
    'Name l255 Text',
    'Value L255 Formatted',
    'Component_ s72 >Component Identifier',
  ],
  IniFile: [
    'IniFile* s72 Identifier',
    'FileName l255 Filename',
    'DirProperty S72 Identifier',
    'Section l96 Formatted',
    'Key l128 Formatted',
    'Value l255 Formatted',
    'Action i2 {0;1;3}',
    'Component_ s72 >Component Identifier',
  ],
  AppSearch: [
    'Property* s72 Identifier',
    'Signature_* s72 >Signature;RegLocator;IniLocator;DrLocator;CompLocator Identifier',
  ],
  RegLocator: [
    'Signature_* s72 Identifier',
    'Root i2 0..3',
    'Key s255 RegPath',
    'Name S255 Formatted',
    'Type I2 0..18',
  ],
  DrLocator: [
    'Signature_* s72 Identifier',
    'Parent* S72 Identifier',
    'Path* S255 AnyPath',
    'Depth I2 0..32767',
  ],
  Signature: [
    'Signature* s72 Identifier',
    'FileName s255 Filename',
    'MinVersion S20 Text',
    'MaxVersion S20 Text',
    'MinSize I4 0..2147483647',
    'MaxSize I4 0..2147483647',
    'MinDate I4 0..2147483647',
    'MaxDate I4 0..2147483647',
    'Languages S255 Language',
  ],
  _Validation: [
    'Table* s32 Identifier',
    'Column* s32 Identifier',
    'Nullable s4 {Y;N;@}',
    'MinValue I4 -2147483647..2147483647',
    'MaxValue I4 -2147483647..2147483647',
    'KeyTable S255 Identifier',
    'KeyColumn I2 1..32',
    'Category S32 {Text;Formatted;Template;Condition;Guid;Path;Version;Language;Identifier;Binary;UpperCase;LowerCase;Filename;Paths;AnyPath;WildCardFilename;RegPath;KeyFormatted;CustomSource;Property;Cabinet;Shortcut;FormattedSDDLText;URL;Integer;DoubleInteger;TimeDate;DefaultDir}',
    'Set S255 Text',
    'Description S255 Text',
  ],
  InstallExecuteSequence: sequence,
  InstallUISequence: sequence,
  AdminExecuteSequence: sequence,
  AdminUISequence: sequence,
  AdvtExecuteSequence: sequence,
} as const satisfies Record<string, readonly string[]>;

export type TableName = keyof typeof layouts;

/** What _Validation says of a column. */
export type Rule = {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly keyTables: string | null;
  readonly category: string | null;
  readonly set: string | null;
};

export type StandardColumn = Column & { readonly rule: Rule };

const form =
  /^(?<name>\w+)(?<key>\*?) (?<type>[a-zA-Z])(?<size>\d+)(?: (?<minimum>-?\d+)\.\.(?<maximum>-?\d+))?(?: >(?<tables>[\w;]+))?(?: (?<category>\w+))?(?: \{(?<set>[^}]*)\})?$/;

function columnOf(text: string): StandardColumn {
  const { groups } = form.exec(text) ?? {};
  if (groups === undefined) throw new TypeError(`no column: ${text}`);
  const { name = '', key, type = '', size, minimum, maximum, tables, category, set } = groups;
  const letter = type.toLowerCase();
  return {
    name,
    kind: letter === 'v' ? 'binary' : letter !== 'i' ? 'string' : size === '4' ? 'i4' : 'i2',
    size: Number(size),
    key: key === '*',
    nullable: type !== letter,
    localizable: letter === 'l',
    rule: {
      minimum: minimum === undefined ? null : Number(minimum),
      maximum: maximum === undefined ? null : Number(maximum),
      keyTables: tables ?? null,
      category: category ?? null,
      set: set ?? null,
    },
  };
}

/** Columns of every standard table that can be built, by its name. */
export const standardTables: ReadonlyMap<string, readonly StandardColumn[]> = new Map(
  Object.entries(layouts).map(([name, columns]) => [name, columns.map(columnOf)]),
);
