/** Setting a client up: the phases of its bootstrap, what it tells the site of each, and how it ends. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { ClientVersion } from './client-release.ts';
import { Name, Platform, Timestamp, Uuid } from './ids.ts';

const strict = { additionalProperties: false } as const;

/** In their order. A set-up that is taken up again begins with the first that has not ended. */
export const setupPhases = [
  /** Finding the site: argument, file, DNS. */
  'locate',
  /** The signed list of packages. */
  'manifest',
  /** What the machine must have, and what must hold before anything is changed. */
  'prerequisites',
  'download',
  /** Length, hash and signature of what lies on the disk. */
  'verify',
  /** The platform's installer, or the files themselves. */
  'install',
  'enrol',
  /** Every component looked at and, where it needs that, mended. */
  'components',
] as const;

/**
 * More where a client of an older generation is on the machine: `inherit` before `enrol`, `retire` behind `components`.
 * A machine without one says nothing of them.
 */
export const successionPhases = [
  /** The older client is stopped, and what it has fetched is taken over. */
  'inherit',
  /** Today's has been verified: the older one goes. */
  'retire',
] as const;

const allPhases = [...setupPhases, ...successionPhases] as const;
export const SetupPhase = Type.Enum([...allPhases]);
export type SetupPhase = (typeof allPhases)[number];

/**
 * Exit codes of the bootstrap: those of the field's own (ccmsetup), so that scripts made for it go on working.
 * Source: "About client installation parameters and properties in Configuration Manager".
 */
export const setupExit = {
  succeeded: 0,
  failed: 6,
  restartNeeded: 7,
  alreadyRunning: 8,
  prerequisites: 9,
  hashMismatch: 10,
} as const;

/** One fact of a set-up, sent before and after each phase; told to the site before the machine is its client. */
export const SetupReport = Type.Object(
  {
    /** Drawn when the set-up begins, kept across restarts. */
    setupId: Uuid,
    /** 1, 2, 3 ... in each set-up. */
    seq: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    at: Timestamp,
    phase: SetupPhase,
    moment: Type.Union([
      Type.Literal('begins'),
      Type.Literal('ended'),
      /** It will be tried again, or goes on after a restart. */
      Type.Literal('waits'),
      /** Given up. */
      Type.Literal('failed'),
    ]),
    hostName: Name,
    platform: Platform,
    architecture: Type.String({ maxLength: 40 }),
    /** Version that is set up, once that is known. */
    version: Type.Optional(ClientVersion),
    /** `repair` where a client was there before. */
    intent: Type.Union([Type.Literal('install'), Type.Literal('repair'), Type.Literal('uninstall')]),
    /** Code of the catalogue of errors. */
    error: Type.Optional(Type.String({ maxLength: 60 })),
    reason: Type.Optional(Type.String({ maxLength: 2_000 })),
    clientId: Type.Optional(Uuid),
  },
  strict,
);
export type SetupReport = Static<typeof SetupReport>;

/**
 * Body of POST `mpPaths.setup`. The token says whose machine it is; a spent or expired one still may tell how it went.
 * Without a token the certificate of an enrolled client says so.
 */
export const SetupReports = Type.Object(
  {
    token: Type.Optional(Type.String({ maxLength: 512 })),
    reports: Type.Array(SetupReport, { minItems: 1, maxItems: 100 }),
  },
  strict,
);
export type SetupReports = Static<typeof SetupReports>;
