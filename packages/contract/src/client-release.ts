/** Releases of the client: which packages a version comes in, and what each of its components is made of; both signed. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Platform, RelativePath, Sha256, Timestamp } from './ids.ts';

const strict = { additionalProperties: false } as const;

/** Three dotted numbers, as Windows Installer compares them. */
export const ClientVersion = Type.String({ pattern: '^\\d{1,3}\\.\\d{1,3}\\.\\d{1,5}$' });

/** As a machine calls itself: Node's `process.arch`. */
export const Architecture = Type.Union([Type.Literal('x64'), Type.Literal('arm64')]);
export type Architecture = Static<typeof Architecture>;

/**
 * Parts of a client, each installed, verified, repaired and upgraded on its own. `launcher` is what the package owns
 * beside the seed version: runtime, launcher, service definition and second starter.
 */
export const ComponentName = Type.Union([
  Type.Literal('launcher'),
  Type.Literal('core'),
  Type.Literal('software'),
  Type.Literal('inventory'),
  Type.Literal('screen'),
]);
export type ComponentName = Static<typeof ComponentName>;

export const componentNames = ['launcher', 'core', 'software', 'inventory', 'screen'] as const;

export const ComponentFile = Type.Object(
  {
    /** Below the folder that the manifest lies in: the install folder for `launcher`, that of the version for all others. */
    path: RelativePath,
    size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    sha256: Sha256,
    /** Whether it is a program, where files have modes: 0755 then, 0644 otherwise. */
    executable: Type.Optional(Type.Literal(true)),
  },
  strict,
);
export type ComponentFile = Static<typeof ComponentFile>;

/** A registry value that belongs to a component, under HKLM in the 64-bit view. */
export const ComponentRegistryValue = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 512 }),
    name: Type.String({ maxLength: 512 }),
    value: Type.String({ maxLength: 4096 }),
  },
  strict,
);

/** What a component is where the system's version lies in a range; the first that fits is taken. */
export const ComponentVariant = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
    /** The system's version is at least this; dotted numbers. Absent: any. */
    from: Type.Optional(Type.String({ pattern: '^\\d{1,5}(\\.\\d{1,5}){0,3}$' })),
    /** The system's version is lower than this. Absent: any. */
    below: Type.Optional(Type.String({ pattern: '^\\d{1,5}(\\.\\d{1,5}){0,3}$' })),
    files: Type.Array(ComponentFile, { minItems: 1, maxItems: 1_000 }),
  },
  strict,
);
export type ComponentVariant = Static<typeof ComponentVariant>;

/** Signed by the release key as `holdfast/client-component`; lies in `manifests/<component>.json` as an envelope. */
export const ComponentManifest = Type.Object(
  {
    component: ComponentName,
    version: ClientVersion,
    platform: Platform,
    architecture: Architecture,
    files: Type.Array(ComponentFile, { maxItems: 10_000 }),
    /** Names of services, as the service manager knows them, that this component needs defined and enabled. */
    services: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 16 }),
    registry: Type.Array(ComponentRegistryValue, { maxItems: 256 }),
    /** Besides `files`; absent where one form serves every version of the system. */
    variants: Type.Optional(Type.Array(ComponentVariant, { minItems: 1, maxItems: 16 })),
  },
  strict,
);
export type ComponentManifest = Static<typeof ComponentManifest>;

export const ClientPackageKind = Type.Union([
  Type.Literal('msi'),
  Type.Literal('deb'),
  Type.Literal('rpm'),
  Type.Literal('tar.gz'),
]);
export type ClientPackageKind = Static<typeof ClientPackageKind>;

export const ClientPackage = Type.Object(
  {
    kind: ClientPackageKind,
    platform: Platform,
    architecture: Architecture,
    /** File name. */
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,119}$' }),
    size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    sha256: Sha256,
    /** Windows Installer's product code; of an .msi only. */
    productCode: Type.Optional(Type.String({ pattern: '^\\{[0-9A-F-]{36}\\}$' })),
  },
  strict,
);
export type ClientPackage = Static<typeof ClientPackage>;

/** A version by itself, without runtime and launcher: what an installed client takes to become it. A .tar.gz. */
export const VersionArchive = Type.Object(
  {
    platform: Platform,
    architecture: Architecture,
    /** File name. */
    name: ClientPackage.properties.name,
    size: ClientPackage.properties.size,
    sha256: Sha256,
    /** What must be installed already. Where less is, the version comes with its package alone. */
    needs: Type.Object({
      /** Interface of the launcher. */
      launcher: Type.Integer({ minimum: 1 }),
      /** Major version of Node. */
      node: Type.Integer({ minimum: 1 }),
      /** Its trial is not over before the machine has started anew: what it changes is in use until then. */
      restart: Type.Optional(Type.Boolean()),
    }),
  },
  strict,
);
export type VersionArchive = Static<typeof VersionArchive>;

/** Signed by the release key as `holdfast/client-release`. A name that is not here is of a later Holdfast, and signed too. */
export const ClientRelease = Type.Object({
  version: ClientVersion,
  /** No client that has seen this release goes below it. */
  floor: ClientVersion,
  releasedAt: Timestamp,
  packages: Type.Array(ClientPackage, { minItems: 1, maxItems: 64 }),
  archives: Type.Optional(Type.Array(VersionArchive, { maxItems: 16 })),
  /** A client below `below` takes `via` first. */
  steppingStones: Type.Optional(
    Type.Array(Type.Object({ below: ClientVersion, via: ClientVersion }, strict), { maxItems: 64 }),
  ),
});
export type ClientRelease = Static<typeof ClientRelease>;
