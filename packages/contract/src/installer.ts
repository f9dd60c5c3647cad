/** What the site reads in a Windows Installer package, and the program that it derives from it. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { PageQuery } from './api.ts';
import { RelativePath, Sha256 } from './ids.ts';
import { ProgramDefinition } from './software.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** Whether a file of this name is taken for a Windows Installer package. */
export const isInstallerPath = (path: string): boolean => /\.msi$/i.test(path);

/** Every text from a package is hostile, and cut at this many characters; the last one is then `…`. */
export const installerTextLimit = 1000;

/** Feature table, with what belongs to the feature itself (not to those below it). */
export const InstallerFeature = Type.Object({
  id: Type.String(),
  parent: Nullable(Type.String()),
  title: Type.String(),
  description: Type.String(),
  /** 0 is never installed; others where they are not above INSTALLLEVEL. */
  level: Type.Integer(),
  /** Whether it comes to an ordinary machine (64-bit Windows 10) when nobody chooses otherwise, and why. */
  byDefault: Type.Boolean(),
  why: Type.String(),
  conditions: Type.Array(Type.Object({ level: Type.Integer(), condition: Type.String() })),
  components: Type.Integer(),
  files: Type.Integer(),
  bytes: Type.Integer(),
  /** Registry values. */
  registry: Type.Integer(),
});
export type InstallerFeature = Static<typeof InstallerFeature>;

/** What follows from a package: how its software is named, installed, repaired, removed and detected. */
export const InstallerSoftware = Type.Object({
  name: Type.String(),
  version: Type.String(),
  publisher: Type.String(),
  /** For whom it installs when nobody says otherwise. */
  scope: Type.Union([Type.Literal('machine'), Type.Literal('user'), Type.Literal('either')]),
  program: ProgramDefinition,
  /** Why the program is this one: sentences to show beside it. */
  notes: Type.Array(Type.String()),
});
export type InstallerSoftware = Static<typeof InstallerSoftware>;

/**
 * GET /content/:sha256/installer?path= (uploaded content, before it is in a package) and GET /packages/:id/installer?path=
 * (the first .msi of the package where no path is given).
 */
export const InstallerDescription = Type.Object({
  path: Type.String(),
  sha256: Sha256,
  /** Bytes. */
  size: Type.Integer(),
  kind: Type.Union([
    Type.Literal('installer'),
    Type.Literal('merge-module'),
    Type.Literal('transform'),
    Type.Literal('patch'),
  ]),
  name: Nullable(Type.String()),
  version: Nullable(Type.String()),
  publisher: Nullable(Type.String()),
  /** `{GUID}`, upper case. */
  productCode: Nullable(Type.String()),
  upgradeCode: Nullable(Type.String()),
  /** Windows language id. */
  language: Nullable(Type.Integer()),
  architecture: Type.String(),
  /** Windows number of the code page that its text is in; 0 is neutral. */
  codePage: Type.Integer(),
  /** Summary information by name: title, subject, author, comments, packageCode, created, application, ... */
  summary: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer()])),
  totals: Type.Object({
    features: Type.Integer(),
    components: Type.Integer(),
    files: Type.Integer(),
    /** Bytes of all files once they are installed. */
    bytes: Type.Integer(),
    registry: Type.Integer(),
    tables: Type.Integer(),
    streams: Type.Integer(),
  }),
  /** In the order in which the installer itself shows them; the first 2,000. */
  features: Type.Array(InstallerFeature),
  /** Cabinets, binaries, signatures; the first 2,000. */
  streams: Type.Array(Type.Object({ name: Type.String(), size: Type.Integer() })),
  /** Null for what installs nothing by itself (a merge module, a transform), with the reason. */
  software: Nullable(InstallerSoftware),
  reason: Nullable(Type.String()),
});
export type InstallerDescription = Static<typeof InstallerDescription>;

export const InstallerQuery = Type.Object({ path: Type.Optional(RelativePath) }, strict);
export type InstallerQuery = Static<typeof InstallerQuery>;

/** Rows of GET /packages/:id/installer/files (PageQuery + `path`, `feature`). */
export const InstallerFile = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** Folder that it is installed into on an ordinary machine when nobody chooses another. */
  folder: Type.String(),
  /** Bytes. */
  size: Type.Integer(),
  version: Nullable(Type.String()),
  languages: Nullable(Type.String()),
  component: Type.String(),
  features: Type.Array(Type.String()),
});
export type InstallerFile = Static<typeof InstallerFile>;

export const InstallerFilesQuery = Type.Object(
  {
    ...PageQuery.properties,
    ...InstallerQuery.properties,
    feature: Type.Optional(Type.String({ maxLength: 255 })),
  },
  strict,
);
export type InstallerFilesQuery = Static<typeof InstallerFilesQuery>;

export const InstallerColumn = Type.Object({
  name: Type.String(),
  /** As in an .idt file: `s72`, `I2`, `L64`, `v0`; an upper-case letter may be null. */
  type: Type.String(),
  key: Type.Boolean(),
});
export type InstallerColumn = Static<typeof InstallerColumn>;

/** Rows of GET /packages/:id/installer/tables (all of them: no pages). */
export const InstallerTable = Type.Object({
  name: Type.String(),
  columns: Type.Array(InstallerColumn),
  /** Null where the table is damaged. */
  rows: Nullable(Type.Integer()),
  problem: Nullable(Type.String()),
});
export type InstallerTable = Static<typeof InstallerTable>;
export const InstallerTables = Type.Object({ items: Type.Array(InstallerTable) });
export type InstallerTables = Static<typeof InstallerTables>;

/** A row of a table: its place in the package, from 1, and a cell for each column. */
export const InstallerRow = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  cells: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()])),
});
export type InstallerRow = Static<typeof InstallerRow>;

export const InstallerRowsQuery = Type.Object(
  { ...PageQuery.properties, ...InstallerQuery.properties },
  strict,
);
export type InstallerRowsQuery = Static<typeof InstallerRowsQuery>;

/** GET /packages/:id/installer/tables/:name: a page of rows, with the columns that they have. */
export const InstallerRows = Type.Object({
  columns: Type.Array(InstallerColumn),
  items: Type.Array(InstallerRow),
  total: Type.Integer({ minimum: 0 }),
  next: Nullable(Type.String()),
});
export type InstallerRows = Static<typeof InstallerRows>;
