/** What a command line of msiexec would do to a machine that is only described: asked of the site, answered as a plan. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { RelativePath, Uuid } from './ids.ts';
import { CommandLine } from './software.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer({ minimum: 0 });

/** Ids of the File table, or every file. */
const Files = Type.Union([
  Type.Literal('all'),
  Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 500 }),
]);

/**
 * The machine that the command meets: 64-bit Windows 10 (the ARM one where the package is for that), with nothing but
 * Windows on it, or with this very product, installed by `command` (a plain installation where absent) and then damaged.
 * Where a file stands in more than one list, `missing` counts before `newer`, and that before `changed`.
 */
export const InstallerPlanMachine = Type.Union([
  Type.Object({ state: Type.Literal('empty') }, strict),
  Type.Object(
    {
      state: Type.Literal('installed'),
      command: Type.Optional(CommandLine),
      missing: Type.Optional(Files),
      /** Other content in the same version, modified after it was installed. */
      changed: Type.Optional(Files),
      /** A higher version than the package has; files without a version are left whole. */
      newer: Type.Optional(Files),
    },
    strict,
  ),
  /** Another version: an .msi of a package of the site (the first where no path is given) with the same upgrade code. */
  Type.Object({ state: Type.Literal('other'), packageId: Uuid, path: Type.Optional(RelativePath) }, strict),
]);
export type InstallerPlanMachine = Static<typeof InstallerPlanMachine>;

/** POST /packages/:id/installer/plan. Changes nothing, at the site or anywhere. */
export const InstallerPlanQuestion = Type.Object(
  {
    /** The first .msi of the package where absent. */
    path: Type.Optional(RelativePath),
    /** A line of msiexec as programs have it: `msiexec /i "{content}\client.msi" REINSTALL=ALL`. */
    command: CommandLine,
    machine: InstallerPlanMachine,
  },
  strict,
);
export type InstallerPlanQuestion = Static<typeof InstallerPlanQuestion>;

/** What is done with a file of the package; `leave`: the product lets go of it, and it stays. */
export const PlannedDecision = Type.Union([
  Type.Literal('install'),
  Type.Literal('replace'),
  Type.Literal('keep'),
  Type.Literal('remove'),
  Type.Literal('leave'),
]);
export type PlannedDecision = Static<typeof PlannedDecision>;

const FileState = Type.Object({
  version: Type.Optional(Type.String()),
  /** Bytes. */
  size: Type.Integer(),
});

export const PlannedFile = Type.Object({
  /** Id of the File table. */
  file: Type.String(),
  component: Type.String(),
  path: Type.String(),
  do: PlannedDecision,
  /** The rule that decided: `missing`, `version-higher`, `hash-equal`, `modified-by-user`, ... */
  rule: Type.String(),
  reason: Type.String(),
  packaged: FileState,
  /** As it lies on the machine; a version that no rule needed is not told. */
  existing: Type.Optional(FileState),
});
export type PlannedFile = Static<typeof PlannedFile>;

export const PlannedKind = Type.Union([
  Type.Literal('create-folder'),
  Type.Literal('remove-folder'),
  Type.Literal('place-file'),
  Type.Literal('remove-file'),
  Type.Literal('set-value'),
  Type.Literal('remove-value'),
  Type.Literal('create-key'),
  Type.Literal('remove-key'),
  Type.Literal('put-service'),
  Type.Literal('remove-service'),
  Type.Literal('start-service'),
  Type.Literal('stop-service'),
  Type.Literal('ask-protection'),
  Type.Literal('run-program'),
]);
export type PlannedKind = Static<typeof PlannedKind>;

/** One change of the machine. */
export const PlannedOperation = Type.Object({
  /** Standard action, or name of the custom action. */
  action: Type.String(),
  kind: PlannedKind,
  /** Path, registry key (`HKLM\Software\...`), name of a service, program. */
  target: Type.String(),
  /** Name of a registry value, empty for the default one; when a custom action runs. */
  name: Nullable(Type.String()),
  /** Data of a registry value, program of a service, arguments; hidden properties are masked. */
  data: Nullable(Type.String()),
  /** Bytes of a file that is placed. */
  size: Nullable(Type.Integer()),
  component: Nullable(Type.String()),
  reason: Type.String(),
  /** Code of the product that an upgrade removes, where this is part of its removal. */
  product: Nullable(Type.String()),
});
export type PlannedOperation = Static<typeof PlannedOperation>;

/** Files of a folder by what is done with them: a folder is told whole even where its files are not. */
export const PlannedFolder = Type.Object({
  path: Type.String(),
  counts: Type.Record(Type.String(), Count),
});
export type PlannedFolder = Static<typeof PlannedFolder>;

export const PlannedSkip = Type.Object({
  action: Type.String(),
  reason: Type.String(),
  /** Whether the package says that the installation fails without it. */
  vital: Type.Boolean(),
});
export type PlannedSkip = Static<typeof PlannedSkip>;

/**
 * A plan as it is answered and kept. Lists that would be too long are cut, and the counts beside them are those of all:
 * files that are touched come before those that are kept then.
 */
export const InstallerPlan = Type.Object({
  productCode: Type.String(),
  productName: Type.String(),
  version: Type.String(),
  request: Type.Object({
    action: Type.Union([
      Type.Literal('install'),
      Type.Literal('uninstall'),
      Type.Literal('repair'),
      Type.Literal('administrative'),
    ]),
    /** Hidden ones are masked. */
    properties: Type.Record(Type.String(), Type.String()),
  }),
  /** Why nothing is begun, with the exit code of msiexec. */
  refusal: Nullable(Type.Object({ exitCode: Type.Integer(), message: Type.String() })),
  /** Whether the machine is the same afterwards. */
  changesNothing: Type.Boolean(),
  /** Why it changes nothing, and what else is worth knowing of the command line. */
  notes: Type.Array(Type.String()),
  restart: Type.Boolean(),
  totals: Type.Object({
    operations: Count,
    files: Count,
    /** Files by what is done with them. */
    byDecision: Type.Record(Type.String(), Count),
    /** Operations by kind. */
    byKind: Type.Record(Type.String(), Count),
  }),
  /** Actions that do something, in the order of the sequence. */
  actions: Type.Array(
    Type.Object({ action: Type.String(), product: Nullable(Type.String()), operations: Count }),
  ),
  folders: Type.Array(PlannedFolder),
  decisions: Type.Array(PlannedFile),
  operations: Type.Array(PlannedOperation),
  /** Actions and custom actions that were passed over. */
  skipped: Type.Array(PlannedSkip),
  /** Products that a major upgrade removes. */
  removes: Type.Array(Type.Object({ productCode: Type.String(), version: Nullable(Type.String()) })),
});
export type InstallerPlan = Static<typeof InstallerPlan>;
