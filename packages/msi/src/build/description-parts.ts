/** What is in components: files, registry values, services, shortcuts and settings, as schemas. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import {
  Condition,
  FeatureId,
  Flag,
  FolderPath,
  Guid,
  Id,
  line,
  list,
  oneOrMore,
  optional,
  strict,
  Text,
  Words,
  whole,
} from './words.ts';

/** How a component behaves; also said of a single file, whose component is implied. */
export const componentFields = {
  /** Where files of it go; the install folder unless said. */
  folder: optional(FolderPath),
  /** The features that install it; the first feature of the product unless said. */
  feature: optional(oneOrMore(FeatureId)),
  /** Derived from the upgrade code and the target path unless given. */
  guid: optional(Guid),
  condition: optional(Condition),
  /** Stays when the product goes. */
  permanent: optional(Flag),
  /** Leaves alone what is at its key path already. */
  neverOverwrite: optional(Flag),
  /** Counts its users in the registry's SharedDLLs, as old installers do. */
  sharedCount: optional(Flag),
  /** May be one of several packages'; the newest of its versions stays when one goes (Windows Installer 4.5). */
  shared: optional(Flag),
  /** Its condition is evaluated again at each repair. */
  transitive: optional(Flag),
  /** The registry and system folders that it uses; those of the package's architecture unless said. */
  bits: optional(Type.Enum([32, 64], { description: '32 or 64' })),
};

export const fileFields = {
  /** Where the bytes come from: a path that the caller of the compiler can read. */
  source: line(4096),
  /** Name on the target; the source's own unless given. */
  name: optional(line(255)),
  /** For `[#id]`; made from the name unless given. */
  id: optional(Id),
  /** Taken from the version resource of the file unless given. */
  version: optional(
    Type.String({
      pattern: '^\\d{1,5}(\\.\\d{1,5}){0,3}$',
      description: 'up to four numbers with dots between them',
    }),
  ),
  /** Decimal language ids, comma separated. */
  language: optional(
    Type.String({
      pattern: '^\\d{1,5}(,\\d{1,5}){0,2}$',
      description: 'decimal language ids with commas between them, such as 1033',
    }),
  ),
  /** Id of the file whose fate this one shares. */
  companionOf: optional(Id),
  /** Installation fails where it cannot be written; yes unless said. */
  vital: optional(Flag),
  readOnly: optional(Flag),
  hidden: optional(Flag),
  system: optional(Flag),
  /** The file has a valid checksum in its PE header. */
  checksum: optional(Flag),
  /** The one that stands for its component; the first file unless said. */
  keyPath: optional(Flag),
};

export const registryFields = {
  root: Words('HKLM', 'HKCU', 'HKCR', 'HKU', 'HKMU'),
  key: line(255),
  /** The default value of the key unless given. */
  name: optional(line(255)),
  /** `key` makes a key without values. Unless given: dword for a number, multi for a list, otherwise string. */
  type: optional(Words('string', 'expandable', 'multi', 'dword', 'binary', 'key')),
  /** Binary values as hexadecimal. Text is formatted: `[INSTALLDIR]`, `[#file]`, `[\[]` for a bracket. */
  value: optional(
    Type.Union([Text, Type.Integer(), Type.Array(Text, { maxItems: 1000 })], {
      description: 'text, a whole number, or a list of texts',
    }),
  ),
  /** For a list: what to do with values that are there. */
  merge: optional(Words('replace', 'append', 'prepend')),
  /** Takes the whole key away, with all that is in it, when the product goes. */
  removeKey: optional(Flag),
  id: optional(Id),
  keyPath: optional(Flag),
};

const events = (...words: readonly ('start' | 'stop' | 'delete')[]) =>
  optional(
    Type.Array(Words('start', 'stop', 'delete'), {
      maxItems: 3,
      description: `a list of: ${words.join(', ')}`,
    }),
  );
const controlFields = {
  /** What to do with the service when its component is installed. */
  onInstall: events('start', 'stop', 'delete'),
  onUninstall: events('start', 'stop', 'delete'),
  /** Whether the installer waits until the service has obeyed; yes unless said. */
  wait: optional(Flag),
};
const serviceFields = {
  name: line(255),
  displayName: optional(line(255)),
  description: optional(line(255)),
  /** Id of the program; that of the component's key path unless given. */
  file: optional(Id),
  arguments: optional(line(255)),
  start: optional(Words('automatic', 'demand', 'disabled')),
  /** LocalSystem unless given. */
  account: optional(line(255)),
  /** Formatted: name a hidden property, `[SERVICEPASSWORD]`. */
  password: optional(line(255)),
  sharedProcess: optional(Flag),
  interactive: optional(Flag),
  errorControl: optional(Words('ignore', 'normal', 'critical')),
  /** Installation fails where it cannot be installed. */
  vital: optional(Flag),
  dependsOn: list(line(255), 64),
  loadOrderGroup: optional(line(255)),
  ...controlFields,
};
const shortcutFields = {
  name: line(120),
  /** ProgramMenuFolder unless given. */
  folder: optional(FolderPath),
  /** Id of the file that it opens, or: */
  file: optional(Id),
  /** formatted text of what it opens. */
  target: optional(line(255)),
  arguments: optional(line(255)),
  description: optional(line(255)),
  /** Source path of an .ico or .exe. */
  icon: optional(line(4096)),
  iconIndex: optional(whole(0, 32_767)),
  window: optional(Words('normal', 'maximized', 'minimized')),
  workingFolder: optional(FolderPath),
};
const environmentFields = {
  name: line(200),
  /** Removed, where it is missing. */
  value: optional(line(255)),
  /** What becomes of a value that is there. */
  merge: optional(Words('replace', 'append', 'prepend')),
  /** Of the machine or of the user; that of the product's scope unless said. */
  scope: optional(Words('machine', 'user')),
  /** Stays when the product goes. */
  permanent: optional(Flag),
};
const iniFields = {
  file: line(255),
  folder: optional(FolderPath),
  section: line(96),
  key: line(128),
  value: line(255),
  /** Leaves a line that is there alone. */
  onlyIfAbsent: optional(Flag),
};
const removeFileFields = {
  folder: optional(FolderPath),
  /** With `*` and `?`; the folder itself, if it is empty, where no name is given. */
  name: optional(line(255)),
  on: optional(Words('install', 'uninstall', 'both')),
};
const removeRegistryFields = {
  root: registryFields.root,
  key: line(255),
  /** The whole key where no name is given. */
  name: optional(line(255)),
};

export const FileDescription = Type.Object(fileFields, strict);
export const RegistryDescription = Type.Object(registryFields, strict);
export const ServiceDescription = Type.Object(serviceFields, strict);
export const ServiceControlDescription = Type.Object({ name: line(255), ...controlFields }, strict);
export const ShortcutDescription = Type.Object(shortcutFields, strict);
export const EnvironmentDescription = Type.Object(environmentFields, strict);
export const IniDescription = Type.Object(iniFields, strict);
export const RemoveFileDescription = Type.Object(removeFileFields, strict);
export const RemoveRegistryDescription = Type.Object(removeRegistryFields, strict);

/** What is installed and removed as one, told by its key path. */
export const ComponentDescription = Type.Object(
  {
    id: Id,
    ...componentFields,
    files: list(FileDescription),
    registry: list(RegistryDescription),
    services: list(ServiceDescription),
    serviceControls: list(ServiceControlDescription),
    shortcuts: list(ShortcutDescription),
    environment: list(EnvironmentDescription),
    ini: list(IniDescription),
    /** Folders that are there even if they are empty. */
    createFolders: list(FolderPath),
    removeFiles: list(RemoveFileDescription),
    removeRegistry: list(RemoveRegistryDescription),
  },
  strict,
);

export type FileDescription = Static<typeof FileDescription>;
export type RegistryDescription = Static<typeof RegistryDescription>;
export type ServiceDescription = Static<typeof ServiceDescription>;
export type ServiceControlDescription = Static<typeof ServiceControlDescription>;
export type ShortcutDescription = Static<typeof ShortcutDescription>;
export type EnvironmentDescription = Static<typeof EnvironmentDescription>;
export type IniDescription = Static<typeof IniDescription>;
export type RemoveFileDescription = Static<typeof RemoveFileDescription>;
export type RemoveRegistryDescription = Static<typeof RemoveRegistryDescription>;
export type ComponentDescription = Static<typeof ComponentDescription>;
