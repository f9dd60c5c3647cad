/** A product as its maker describes it: the schema of a description file. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import {
  ComponentDescription,
  componentFields,
  EnvironmentDescription,
  fileFields,
  IniDescription,
  RemoveFileDescription,
  RemoveRegistryDescription,
  registryFields,
  ServiceDescription,
  ShortcutDescription,
} from './description-parts.ts';
import {
  Condition,
  FeatureId,
  Flag,
  FolderPath,
  Guid,
  Id,
  line,
  list,
  optional,
  PublicId,
  strict,
  Text,
  Version,
  Words,
  whole,
} from './words.ts';

const FeatureDescription = Type.Object(
  {
    id: FeatureId,
    parent: optional(FeatureId),
    title: optional(line(64)),
    description: optional(line(255)),
    /** Installed where this is at most INSTALLLEVEL (1 unless the product says otherwise); 0 never. */
    level: optional(whole(0, 32_767)),
    /** Other levels where conditions hold. */
    conditions: list(Type.Object({ level: whole(0, 32_767), condition: Condition }, strict), 100),
    display: optional(Words('collapsed', 'expanded', 'hidden')),
    /** May not be left out by a user. */
    required: optional(Flag),
    /** Installed where its parent is. */
    followParent: optional(Flag),
    /** Whether it may be advertised instead of installed; no unless said. */
    advertise: optional(Flag),
  },
  strict,
);

/** One of `binary`, `file`, `command`, `property` and `error` says what it does. */
const CustomActionDescription = Type.Object(
  {
    id: Id,
    /** Source path of a program that travels in the package and is not installed. */
    binary: optional(line(4096)),
    /** Id of an installed program. */
    file: optional(Id),
    /** A command line, formatted, run in `folder`. */
    command: optional(line(255)),
    folder: optional(FolderPath),
    /** Arguments of `binary` and `file`, formatted. */
    arguments: optional(line(255)),
    /** A property, or the id of a folder, that becomes `value` (formatted). */
    property: optional(Id),
    value: optional(line(255)),
    /** Ends the installation with this message. */
    error: optional(line(255)),
    /** `immediate` unless said; the others run in the script between InstallInitialize and InstallFinalize. */
    when: optional(Words('immediate', 'deferred', 'rollback', 'commit')),
    /** With the rights of the installer's service, not of the user. */
    elevated: optional(Flag),
    ignoreExitCode: optional(Flag),
    /** Does not wait for its end. */
    noWait: optional(Flag),
    /** Keeps its command line out of the log. */
    secret: optional(Flag),
    /** Name of the action, standard or custom, that it stands before or after. */
    before: optional(Id),
    after: optional(Id),
    condition: optional(Condition),
    sequence: optional(Words('execute', 'ui', 'both')),
  },
  strict,
);

const PropertyValue = Type.Object(
  {
    value: optional(Text),
    /** Passed on to the elevated part of an installation. */
    secure: optional(Flag),
    /** Kept out of logs. */
    hidden: optional(Flag),
  },
  strict,
);

const UpgradeDescription = Type.Object(
  {
    /** What somebody who has a newer version is told. */
    newerMessage: optional(line(255)),
    /** Replaces newer versions, too. */
    allowDowngrade: optional(Flag),
    /** Replaces an installation of the same version with another product code. */
    allowSameVersion: optional(Flag),
    /** Features keep their states; yes unless said. */
    migrateFeatures: optional(Flag),
    /** When the older version is removed: early is safe, late is fast. */
    removeAfter: optional(Words('InstallValidate', 'InstallInitialize', 'InstallExecute', 'InstallFinalize')),
    /** Other products that this one replaces or looks for. */
    others: list(
      Type.Object(
        {
          upgradeCode: Guid,
          minimum: optional(Version),
          maximum: optional(Version),
          includeMinimum: optional(Flag),
          includeMaximum: optional(Flag),
          /** Only sets `property`. */
          detectOnly: optional(Flag),
          property: PublicId,
        },
        strict,
      ),
      100,
    ),
  },
  strict,
);

/** A property that is filled before launch conditions are looked at. */
const SearchDescription = Type.Object(
  {
    property: PublicId,
    registry: optional(
      Type.Object(
        {
          root: Words('HKLM', 'HKCU', 'HKCR', 'HKU'),
          key: line(255),
          name: optional(line(255)),
          bits: optional(Type.Enum([32, 64], { description: '32 or 64' })),
        },
        strict,
      ),
    ),
    file: optional(
      Type.Object({ folder: line(255), name: line(255), minimumVersion: optional(line(20)) }, strict),
    ),
  },
  strict,
);

const ProgramsDescription = Type.Object(
  {
    /** Source path of an .ico or .exe. */
    icon: optional(line(4096)),
    contact: optional(line(255)),
    helpLink: optional(line(255)),
    helpTelephone: optional(line(255)),
    aboutLink: optional(line(255)),
    updateLink: optional(line(255)),
    comments: optional(line(255)),
    readMe: optional(line(255)),
    noModify: optional(Flag),
    noRepair: optional(Flag),
    noRemove: optional(Flag),
    /** Not listed at all. */
    hidden: optional(Flag),
  },
  strict,
);

const MediaDescription = Type.Object(
  {
    /** `embedded` unless said; `external` cabinets and `uncompressed` files lie beside the package. */
    files: optional(Words('embedded', 'external', 'uncompressed')),
    compression: optional(Words('mszip', 'none')),
    /** First part of the names of cabinets: `cab` makes cab1.cab. */
    cabinetName: optional(
      Type.String({
        pattern: '^[a-z0-9_]{1,6}$',
        description: '1 to 6 small letters, digits and underscores',
      }),
    ),
  },
  strict,
);

export const ProductDescription = Type.Object(
  {
    name: line(120),
    manufacturer: line(120),
    version: Version,
    /** Decimal language id; 1033 unless given. */
    language: optional(whole(0, 65_535)),
    architecture: optional(Words('x86', 'x64', 'arm64')),
    /** The same for all versions of the product. */
    upgradeCode: Guid,
    /** Derived from upgrade code, version, language and architecture unless given. */
    productCode: optional(Guid),
    /** Derived from all that is in the package unless given. */
    packageCode: optional(Guid),
    scope: optional(Words('machine', 'user')),
    /** The install folder, INSTALLDIR; `ProgramFiles6432Folder/name` unless given. */
    folder: optional(FolderPath),
    /** Other folders with an id of their own, which a user may set as a property: DATADIR: CommonAppDataFolder/Maker. */
    folders: optional(Type.Record(PublicId, FolderPath, { ...strict, description: 'folders by public id' })),
    /** Code page of all text; 1252, or 65001 where the text is not ASCII, unless given. */
    codePage: optional(whole(0, 65_535)),
    /** Stands in the summary and in the cabinets: 1980-01-01T00:00:00Z unless given, so that equal input makes equal bytes. */
    created: optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$',
        description: 'a moment in UTC, such as 2026-09-01T12:00:00Z',
      }),
    ),
    comments: optional(line(255)),
    features: list(FeatureDescription, 1600),
    components: list(ComponentDescription),
    files: list(Type.Object({ ...fileFields, ...componentFields }, strict)),
    registry: list(Type.Object({ ...registryFields, ...componentFields }, strict)),
    services: list(ServiceDescription, 1000),
    shortcuts: list(ShortcutDescription, 1000),
    environment: list(EnvironmentDescription, 1000),
    ini: list(IniDescription, 1000),
    createFolders: list(FolderPath, 1000),
    removeFiles: list(RemoveFileDescription, 1000),
    removeRegistry: list(RemoveRegistryDescription, 1000),
    properties: optional(
      Type.Record(Id, Type.Union([Text, PropertyValue]), {
        ...strict,
        description: 'values by the name of the property',
      }),
    ),
    launchConditions: list(Type.Object({ condition: Condition, message: line(255) }, strict), 1000),
    searches: list(SearchDescription, 100),
    /** Replaces older versions unless `false`. */
    upgrade: optional(Type.Union([Type.Literal(false), UpgradeDescription])),
    customActions: list(CustomActionDescription, 1000),
    programs: optional(ProgramsDescription),
    media: optional(MediaDescription),
  },
  strict,
);

export type ProductDescription = Static<typeof ProductDescription>;
export type FeatureDescription = Static<typeof FeatureDescription>;
export type CustomActionDescription = Static<typeof CustomActionDescription>;
export type UpgradeDescription = Static<typeof UpgradeDescription>;
