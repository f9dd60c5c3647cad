/** Packages, programs, detection rules and exit codes: what is to be on a machine, and how to tell. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { GateDefinitions } from './gates.ts';
import { Name, Platform, RelativePath, Sha256, Uuid } from './ids.ts';

const strict = { additionalProperties: false } as const;

/**
 * Absolute path on the client, in its own notation; under the client's managed root on Linux. `{state}` at the beginning
 * is the client's own state folder, wherever that lies.
 */
export const ClientPath = Type.String({ minLength: 1, maxLength: 1024 });

/** Up to four dotted numbers. */
const versionPattern = '^\\d{1,5}(\\.\\d{1,5}){0,3}$';

/** A file exists, and if given has this hash, or at least this version. */
export const FileRule = Type.Object(
  {
    kind: Type.Literal('file'),
    path: ClientPath,
    sha256: Type.Optional(Sha256),
    /** Up to four dotted numbers of 0-65535 (Windows file version); the file's must be equal or higher. */
    minimumVersion: Type.Optional(Type.String({ pattern: versionPattern })),
  },
  strict,
);

/** A registry value exists, and if given has this content (numbers as decimal text). */
export const RegistryRule = Type.Object(
  {
    kind: Type.Literal('registry'),
    hive: Type.Union([Type.Literal('HKLM'), Type.Literal('HKCU')]),
    key: Type.String({ minLength: 1, maxLength: 512 }),
    /** Empty for the key's default value. */
    name: Type.String({ maxLength: 512 }),
    value: Type.Optional(Type.String({ maxLength: 4096 })),
    /** Registry view of 64-bit Windows. */
    view: Type.Optional(Type.Union([Type.Literal('64'), Type.Literal('32')])),
  },
  strict,
);

/** Name of a Debian package (Debian Policy, 5.6.1). */
export const DpkgName = Type.String({ pattern: '^[a-z0-9][a-z0-9+.-]{1,127}$' });

/** The package manager says that a package is installed, and if given in this very version. */
export const PackageManagerRule = Type.Object(
  {
    kind: Type.Literal('package'),
    manager: Type.Literal('dpkg'),
    name: DpkgName,
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  },
  strict,
);

/** As Windows Installer writes it: in braces, capitals. */
export const ProductCode = Type.String({
  pattern: '^\\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\\}$',
});

/** Windows Installer says that a product is installed (INSTALLSTATE_DEFAULT, 5), and if given at least in this version. */
export const MsiRule = Type.Object(
  {
    kind: Type.Literal('msi'),
    productCode: ProductCode,
    /** A newer product under the same code counts too: an older package cannot replace it (1638). */
    minimumVersion: Type.Optional(Type.String({ pattern: versionPattern })),
  },
  strict,
);

export const DetectionRule = Type.Union([FileRule, RegistryRule, PackageManagerRule, MsiRule]);
export type DetectionRule = Static<typeof DetectionRule>;

/** All rules must hold for the software to count as present. */
export const Detection = Type.Array(DetectionRule, { minItems: 1, maxItems: 32 });
export type Detection = Static<typeof Detection>;

/** What an exit code means. It informs only: detection decides. */
export const ExitMeaning = Type.Union([
  Type.Literal('success'),
  /** Done once the machine has restarted. */
  Type.Literal('reboot-required'),
  /** The installer has started a restart itself. */
  Type.Literal('reboot-started'),
  /** Another installation holds the installer: try again later. */
  Type.Literal('busy'),
  Type.Literal('failure'),
]);
export type ExitMeaning = Static<typeof ExitMeaning>;

export const ExitCodeTable = Type.Array(
  Type.Object(
    { code: Type.Integer({ minimum: -2147483648, maximum: 4294967295 }), meaning: ExitMeaning },
    strict,
  ),
  { maxItems: 64 },
);
export type ExitCodeTable = Static<typeof ExitCodeTable>;

/**
 * A command line: words, `"quoted words"`, and the variables `{content}` (folder of the package's files),
 * `{root}` (the client's managed root), `{state}` (the client's state folder) and `{log}` (a file for the installer's own
 * log). No shell reads it.
 */
export const CommandLine = Type.String({ minLength: 1, maxLength: 4096 });

/** What a program does on a client; shared by the API and by policy. */
export const programFields = {
  name: Name,
  platform: Platform,
  install: CommandLine,
  /** Run when detection fails on a machine that had it; the install command where absent. */
  repair: Type.Optional(CommandLine),
  uninstall: Type.Optional(CommandLine),
  detection: Detection,
  /** Adds to, and overrides, the field's defaults (see exit-codes.ts). */
  exitCodes: ExitCodeTable,
  /** Longer runs are ended and count as failed. Minutes; the field's default is 120. */
  maxRunMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
  /** Must all be open before the program runs, besides those that the client has for every program. */
  gates: Type.Optional(GateDefinitions),
};
export const ProgramDefinition = Type.Object(programFields, strict);
export type ProgramDefinition = Static<typeof ProgramDefinition>;

/** A file of a package: where it lies, how long it is, what it holds. */
export const ContentFile = Type.Object(
  {
    path: RelativePath,
    size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    sha256: Sha256,
  },
  strict,
);
export type ContentFile = Static<typeof ContentFile>;

export const Purpose = Type.Union([Type.Literal('required'), Type.Literal('available')]);
export type Purpose = Static<typeof Purpose>;

export const Intent = Type.Union([Type.Literal('install'), Type.Literal('uninstall')]);
export type Intent = Static<typeof Intent>;

/** One immutable piece of policy: a deployment as a client of its collection sees it. Addressed by hash. */
export const Assignment = Type.Object(
  {
    deploymentId: Uuid,
    intent: Intent,
    purpose: Purpose,
    /** Not before this time; null = at once. Milliseconds since 1970. */
    availableAt: Type.Union([Type.Integer(), Type.Null()]),
    /** A required deployment is enforced from then on; null = as soon as available. */
    deadlineAt: Type.Union([Type.Integer(), Type.Null()]),
    package: Type.Object(
      { id: Uuid, name: Name, version: Type.String({ minLength: 1, maxLength: 120 }) },
      strict,
    ),
    program: Type.Object({ id: Uuid, ...programFields }, strict),
    content: Type.Array(ContentFile, { maxItems: 100_000 }),
  },
  strict,
);
export type Assignment = Static<typeof Assignment>;
