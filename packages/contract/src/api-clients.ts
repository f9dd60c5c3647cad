/** The administrators' API, the part about clients themselves: their releases, set-ups, health and repair. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { ClientPackage, ClientVersion, VersionArchive } from './client-release.ts';
import { SetupPhase, SetupReport } from './client-setup.ts';
import { Envelope } from './envelope-schema.ts';
import { HealthCheck, HealthFinding, HealthReport } from './health.ts';
import { Name, Platform, Sha256, Timestamp, Uuid } from './ids.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * POST /client-releases: adds a release whose packages were uploaded before (PUT /content). The site trusts the release
 * key that an administrator named once; every other key is refused.
 */
export const ClientReleaseAdd = Type.Object(
  {
    /** Signed as `holdfast/client-release`. */
    release: Envelope,
    /** PEM of the public half of the key that signed it. */
    releaseKey: Type.String({ maxLength: 1024 }),
    /** Fingerprint of the key that the administrator wants the site to trust from now on. */
    trust: Type.Optional(Sha256),
    /** The key takes the place of another that the site trusts. */
    replaceKey: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type ClientReleaseAdd = Static<typeof ClientReleaseAdd>;

/** Rows of GET /client-releases, the newest version first; GET and DELETE /client-releases/:version. */
export const ClientReleaseSummary = Type.Object({
  version: ClientVersion,
  floor: ClientVersion,
  /** Fingerprint of the release key. */
  keyId: Sha256,
  releasedAt: Timestamp,
  addedAt: Timestamp,
  /** The one that new machines get. */
  newest: Type.Boolean(),
  /** Clients that are not revoked and say that they have this version. */
  clients: Type.Integer(),
  packages: Type.Array(ClientPackage),
  /** Versions by themselves, for clients that are there already. */
  archives: Type.Array(VersionArchive),
});
export type ClientReleaseSummary = Static<typeof ClientReleaseSummary>;

/** GET /client-releases: there are few of them, and they come all at once. */
export const ClientReleases = Type.Object({
  items: Type.Array(ClientReleaseSummary),
  /** Fingerprint of the release key that the site trusts. */
  keyId: Nullable(Sha256),
  /** The highest floor of any release that the site was ever given: no lower version is taken. */
  floor: Nullable(ClientVersion),
});
export type ClientReleases = Static<typeof ClientReleases>;

/** GET /client-setup: what the one line that a new machine runs is made of. It holds no secret. */
export const ClientSetup = Type.Object({
  managementPoint: Type.String(),
  /** Null where the site has no release with a package for Linux. */
  setupScript: Nullable(Type.Object({ url: Type.String(), sha256: Sha256 })),
  release: Nullable(
    Type.Object({
      version: ClientVersion,
      packages: Type.Array(Type.Object({ ...ClientPackage.properties, url: Type.String() })),
    }),
  ),
});
export type ClientSetup = Static<typeof ClientSetup>;

/** GET /client-setup/script: the script itself, over the trusted way. */
export const ClientSetupScript = Type.Object({ text: Type.String(), sha256: Sha256 });
export type ClientSetupScript = Static<typeof ClientSetupScript>;

/** POST /client-releases/:version/packages/:name/configured: the .msi with address and token written into it. */
export const ConfiguredPackage = Type.Object({ token: Type.String({ maxLength: 512 }) }, strict);
export type ConfiguredPackage = Static<typeof ConfiguredPackage>;

/** How a set-up stands. `silent`: it runs, says its last report, but no word came for an hour. */
export const SetupState = Type.Union([
  Type.Literal('running'),
  Type.Literal('waiting'),
  Type.Literal('failed'),
  Type.Literal('succeeded'),
  Type.Literal('silent'),
]);
export type SetupState = Static<typeof SetupState>;

/** Rows of GET /setups (PageQuery + `state`, `tokenId`), newest word first. All text is from the machine: hostile. */
export const SetupSummary = Type.Object({
  id: Uuid,
  state: SetupState,
  tokenId: Uuid,
  tokenLabel: Type.String(),
  hostName: Name,
  platform: Platform,
  architecture: Type.String(),
  version: Nullable(ClientVersion),
  intent: SetupReport.properties.intent,
  phase: SetupPhase,
  moment: SetupReport.properties.moment,
  error: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  clientId: Nullable(Uuid),
  /** Clock of the site: the first and the last word of it. */
  firstHeardAt: Timestamp,
  lastHeardAt: Timestamp,
});
export type SetupSummary = Static<typeof SetupSummary>;

/** GET /setups/:id: with its reports in their order, the newest 100 of them. */
export const SetupDetail = Type.Object({
  ...SetupSummary.properties,
  reports: Type.Array(SetupReport),
});
export type SetupDetail = Static<typeof SetupDetail>;

/**
 * How a client is. `silent` goes before all others: no evaluation came for `healthSilenceDays` (counted from its
 * enrolment where none ever came); `unknown`: none came yet, and it is not overdue.
 */
export const HealthState = Type.Union([
  Type.Literal('well'),
  Type.Literal('remedied'),
  Type.Literal('failed'),
  Type.Literal('silent'),
  Type.Literal('unknown'),
]);
export type HealthState = Static<typeof HealthState>;

/** GET /clients/:id/health, and in ClientDetail. Reasons and remedies are text from the client: hostile. */
export const ClientHealth = Type.Object({
  state: HealthState,
  silent: Type.Boolean(),
  /** Clock of the site; null where no evaluation ever came. */
  receivedAt: Nullable(Timestamp),
  report: Nullable(HealthReport),
});
export type ClientHealth = Static<typeof ClientHealth>;

/** Rows of GET /clients/:id/health/history, newest first: what was not well in each evaluation. */
export const HealthHistoryRow = Type.Object({
  id: Type.Integer(),
  receivedAt: Timestamp,
  evaluatedAt: Timestamp,
  occasion: HealthReport.properties.occasion,
  failed: Type.Integer(),
  remedied: Type.Integer(),
  findings: Type.Array(HealthFinding),
});
export type HealthHistoryRow = Static<typeof HealthHistoryRow>;

/** GET /health: the clients of the site that are not revoked, counted by state, and their findings by check. */
export const HealthOverview = Type.Object({
  clients: Type.Object({
    total: Type.Integer(),
    well: Type.Integer(),
    remedied: Type.Integer(),
    failed: Type.Integer(),
    silent: Type.Integer(),
    unknown: Type.Integer(),
  }),
  checks: Type.Array(
    Type.Object({
      check: HealthCheck,
      /** Of check `component`; empty for all others. */
      component: Type.String(),
      ok: Type.Integer(),
      remedied: Type.Integer(),
      failed: Type.Integer(),
      notApplicable: Type.Integer(),
    }),
  ),
});
export type HealthOverview = Static<typeof HealthOverview>;

/** Rows of GET /health/clients (PageQuery + `state`, `check`), by host name. */
export const HealthClient = Type.Object({
  clientId: Uuid,
  hostName: Type.String(),
  platform: Platform,
  clientVersion: Type.String(),
  state: HealthState,
  failed: Type.Integer(),
  remedied: Type.Integer(),
  receivedAt: Nullable(Timestamp),
  lastSeenAt: Nullable(Timestamp),
});
export type HealthClient = Static<typeof HealthClient>;

/** POST /client-repairs: has the members of now, and nobody who joins later, run the bootstrap over their client. */
export const ClientRepairCreate = Type.Object(
  {
    clientId: Type.Optional(Uuid),
    collectionId: Type.Optional(Uuid),
  },
  strict,
);
export type ClientRepairCreate = Static<typeof ClientRepairCreate>;

/** 201 of POST /client-repairs (200 with `?dryRun=true`): one deployment for each platform among the machines. */
export const ClientRepair = Type.Object({
  /** Part of the name of the mark that a repaired machine bears. */
  nonce: Uuid,
  /** Host name or collection. */
  target: Type.String(),
  /** Machines for which there is no repair: of a platform that has no client, or revoked. */
  leftOut: Type.Integer(),
  deployments: Type.Array(
    Type.Object({
      /** Null in a dry run. */
      deploymentId: Nullable(Uuid),
      platform: Platform,
      collectionName: Type.String(),
      clients: Type.Integer(),
      command: Type.String(),
    }),
  ),
});
export type ClientRepair = Static<typeof ClientRepair>;
