/** The administrators' API under /api/v1: what goes in and what comes out. Console and CLI use these types. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { ClientHealth } from './api-clients.ts';
import { Name, Platform, SiteCode, Timestamp, Uuid } from './ids.ts';
import { MembershipQuery } from './membership.ts';
import { ContentFile, Intent, ProgramDefinition, Purpose, programFields } from './software.ts';
import { DeploymentState, Severity, StatusDetails } from './status-codes.ts';
import { ClientFacts, Wire } from './wire.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A page of a list: rows, the total of the filter, and the cursor of the next page (null at the end). */
export const PageOf = <T extends TSchema>(row: T) =>
  Type.Object({
    items: Type.Array(row),
    total: Type.Integer({ minimum: 0 }),
    next: Type.Union([Type.String(), Type.Null()]),
  });
export type Page<T> = { items: T[]; total: number; next: string | null };

/** `?limit=&cursor=&search=` of every list. Filtering is done by the site. */
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
    search: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
);
export type PageQuery = Static<typeof PageQuery>;

/** GET /site (no sign-in needed: only what the sign-in page shows). */
export const SiteInfo = Type.Object({
  siteCode: SiteCode,
  version: Type.String(),
  /** No administrator exists yet: the first-run link is open. */
  firstRun: Type.Boolean(),
  /** https:// address that clients use. */
  managementPoint: Type.String(),
});
export type SiteInfo = Static<typeof SiteInfo>;

/** POST /first-run (needs the secret of the first-run link). Creates the first administrator. */
export const FirstRun = Type.Object(
  {
    secret: Type.String({ maxLength: 200 }),
    name: Name,
    email: Type.String({ maxLength: 200, pattern: '^[^@\\s]+@[^@\\s]+$' }),
    password: Type.String({ minLength: 12, maxLength: 128 }),
  },
  strict,
);
export type FirstRun = Static<typeof FirstRun>;

/** How many clients that are not revoked spoke a wire last. */
export const WireCount = Type.Object({ wire: Wire, clients: Type.Integer() });
export type WireCount = Static<typeof WireCount>;

/** GET /wires. */
export const SiteWires = Type.Object({
  /** The oldest wire that the site answers. */
  oldest: Wire,
  wires: Type.Array(WireCount),
});
export type SiteWires = Static<typeof SiteWires>;

/** PUT /wires: from the next request on, clients that speak an older wire are refused with `wire.retired`. */
export const SiteWiresChange = Type.Object(
  {
    oldest: Wire,
    /** Also while clients still speak an older one: without it that is a `conflict`. */
    cutOff: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type SiteWiresChange = Static<typeof SiteWiresChange>;

/** GET /overview: the counts of the start page. */
export const Overview = Type.Object({
  clients: Type.Object({
    total: Type.Integer(),
    seenLastDay: Type.Integer(),
    revoked: Type.Integer(),
    /** Of those that are not revoked: no evaluation of their health came for days, or the last one found a fault. */
    silent: Type.Integer(),
    unhealthy: Type.Integer(),
    /** Of those that are not revoked, by the wire that they spoke last: all wires, the oldest first. */
    wires: Type.Array(WireCount),
  }),
  packages: Type.Integer(),
  deployments: Type.Integer(),
  /** Client-deployment pairs by state. */
  states: Type.Record(Type.String(), Type.Integer()),
});
export type Overview = Static<typeof Overview>;

/** Rows of GET /clients (PageQuery + `collectionId`, `health`, `wire`). */
export const ClientSummary = Type.Object({
  id: Uuid,
  hostName: Type.String(),
  platform: Platform,
  osName: Type.String(),
  osVersion: Type.String(),
  architecture: Type.String(),
  clientVersion: Type.String(),
  /** The one that it spoke last. */
  wire: Wire,
  enrolledAt: Timestamp,
  lastSeenAt: Nullable(Timestamp),
  revokedAt: Nullable(Timestamp),
});
export type ClientSummary = Static<typeof ClientSummary>;

/** GET /clients/:id. DELETE /clients/:id/certificate revokes (204). */
export const ClientDetail = Type.Object({
  ...ClientSummary.properties,
  facts: ClientFacts,
  /** The last change of its operating system, by the site's clock; null where there was none. Names are from the client. */
  systemChange: Nullable(Type.Object({ at: Timestamp, from: Type.String(), to: Type.String() })),
  /** Its serial is empty where the client has none: one of the first generation. */
  certificate: Type.Object({ serial: Type.String(), expiresAt: Timestamp }),
  health: ClientHealth,
  collections: Type.Array(Type.Object({ id: Uuid, name: Type.String() })),
  deployments: Type.Array(
    Type.Object({
      deploymentId: Uuid,
      packageName: Type.String(),
      packageVersion: Type.String(),
      programName: Type.String(),
      intent: Intent,
      state: DeploymentState,
      /** The sentence of the last message about it. */
      text: Type.String(),
      at: Nullable(Timestamp),
    }),
  ),
});
export type ClientDetail = Static<typeof ClientDetail>;

/** Rows of GET /clients/:id/status and GET /status (PageQuery + `deploymentId`, `clientId`, `severity`), newest first. */
export const StatusRow = Type.Object({
  id: Type.Integer(),
  clientId: Uuid,
  hostName: Type.String(),
  seq: Type.Integer(),
  at: Timestamp,
  receivedAt: Timestamp,
  code: Type.Integer(),
  name: Nullable(Type.String()),
  severity: Severity,
  deploymentId: Nullable(Uuid),
  /** Plain text from a client: hostile. */
  text: Type.String(),
  details: StatusDetails,
});
export type StatusRow = Static<typeof StatusRow>;

/** POST /tokens */
export const TokenCreate = Type.Object(
  {
    label: Name,
    /** How many clients may enrol with it; null = as many as like until it expires. */
    maxUses: Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** Seconds from now. */
    lifetimeSeconds: Type.Integer({ minimum: 1, maximum: 366 * 86_400 }),
  },
  strict,
);
export type TokenCreate = Static<typeof TokenCreate>;

/** Rows of GET /tokens. DELETE /tokens/:id revokes (204). */
export const TokenSummary = Type.Object({
  id: Uuid,
  label: Type.String(),
  maxUses: Nullable(Type.Integer()),
  uses: Type.Integer(),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  revokedAt: Nullable(Timestamp),
});
export type TokenSummary = Static<typeof TokenSummary>;

/** 201 of POST /tokens: the only time that the token's text is shown. */
export const TokenCreated = Type.Object({ ...TokenSummary.properties, token: Type.String() });
export type TokenCreated = Static<typeof TokenCreated>;

/** POST /collections, PUT /collections/:id */
export const CollectionWrite = Type.Object(
  {
    name: Name,
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    /** null: direct members only. */
    query: Type.Optional(Nullable(MembershipQuery)),
  },
  strict,
);
export type CollectionWrite = Static<typeof CollectionWrite>;

/**
 * GET /collections, GET /collections/:id, GET /collections/:id/members (rows: CollectionMember);
 * PUT and DELETE /collections/:id/members/:clientId (direct members, 204); DELETE /collections/:id.
 */
export const CollectionSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  description: Type.String(),
  query: Nullable(MembershipQuery),
  directMembers: Type.Integer(),
  members: Type.Integer(),
  /** The built-in collection of all clients: it cannot be changed or removed. */
  builtIn: Type.Boolean(),
});
export type CollectionSummary = Static<typeof CollectionSummary>;

/** Rows of GET /collections/:id/members. */
export const CollectionMember = Type.Object({
  ...ClientSummary.properties,
  /** Whether it was put in by hand; it may be found by the query too. */
  direct: Type.Boolean(),
});
export type CollectionMember = Static<typeof CollectionMember>;

/** POST /collections/preview: how many clients a query finds, and the first of them. */
export const CollectionPreview = Type.Object({ members: Type.Integer(), sample: Type.Array(ClientSummary) });
export type CollectionPreview = Static<typeof CollectionPreview>;

/**
 * POST /packages creates a package whose files were uploaded before, each by PUT /content (raw body,
 * `content-type: application/octet-stream`, optional `x-content-sha256`; answers ContentUploaded).
 */
export const PackageCreate = Type.Object(
  {
    name: Name,
    version: Type.String({ minLength: 1, maxLength: 120 }),
    publisher: Type.Optional(Type.String({ maxLength: 120 })),
    files: Type.Array(ContentFile, { minItems: 1, maxItems: 100_000 }),
  },
  strict,
);
export type PackageCreate = Static<typeof PackageCreate>;

export const ContentUploaded = Type.Object({
  sha256: Type.String(),
  size: Type.Integer(),
  /** The site had these bytes already; nothing was stored twice. */
  known: Type.Boolean(),
});
export type ContentUploaded = Static<typeof ContentUploaded>;

/** GET /packages rows; GET /packages/:id adds files and programs. DELETE /packages/:id (409 while deployed). */
export const PackageSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  version: Type.String(),
  publisher: Type.String(),
  createdAt: Timestamp,
  files: Type.Integer(),
  bytes: Type.Integer(),
  programs: Type.Integer(),
});
export type PackageSummary = Static<typeof PackageSummary>;

/** POST /packages/:id/programs */
export const ProgramCreate = ProgramDefinition;
export type ProgramCreate = ProgramDefinition;

/** Immutable once made (the field's rule: a program's name and meaning do not change under a deployment). */
export const Program = Type.Object({ id: Uuid, packageId: Uuid, createdAt: Timestamp, ...programFields });
export type Program = Static<typeof Program>;

export const PackageDetail = Type.Object({
  ...PackageSummary.properties,
  contents: Type.Array(ContentFile),
  programList: Type.Array(Program),
});
export type PackageDetail = Static<typeof PackageDetail>;

/** POST /deployments. `?dryRun=true` answers the same DeploymentDetail in a transaction that is rolled back. */
export const DeploymentCreate = Type.Object(
  {
    programId: Uuid,
    collectionId: Uuid,
    intent: Type.Optional(Intent),
    purpose: Type.Optional(Purpose),
    availableAt: Type.Optional(Nullable(Timestamp)),
    deadlineAt: Type.Optional(Nullable(Timestamp)),
  },
  strict,
);
export type DeploymentCreate = Static<typeof DeploymentCreate>;

/** Rows of GET /deployments. DELETE /deployments/:id withdraws it (204): clients stop enforcing it. */
export const DeploymentSummary = Type.Object({
  id: Uuid,
  packageId: Uuid,
  packageName: Type.String(),
  packageVersion: Type.String(),
  programId: Uuid,
  programName: Type.String(),
  collectionId: Uuid,
  collectionName: Type.String(),
  intent: Intent,
  purpose: Purpose,
  createdAt: Timestamp,
  availableAt: Nullable(Timestamp),
  deadlineAt: Nullable(Timestamp),
  withdrawnAt: Nullable(Timestamp),
  /** Clients in the collection, and how many of them are in each state (`waiting` where nothing was heard). */
  targeted: Type.Integer(),
  states: Type.Record(Type.String(), Type.Integer()),
});
export type DeploymentSummary = Static<typeof DeploymentSummary>;

/** GET /deployments/:id. Per client: GET /deployments/:id/clients (PageQuery + `state`). */
export const DeploymentDetail = DeploymentSummary;
export type DeploymentDetail = DeploymentSummary;

/** Rows of GET /deployments/:id/clients. */
export const DeploymentClient = Type.Object({
  clientId: Uuid,
  hostName: Type.String(),
  state: DeploymentState,
  text: Type.String(),
  at: Nullable(Timestamp),
});
export type DeploymentClient = Static<typeof DeploymentClient>;

/** POST /api-keys; GET /api-keys; DELETE /api-keys/:id (204). The key's text is shown once. */
export const ApiKeyCreate = Type.Object({ name: Name }, strict);
export type ApiKeyCreate = Static<typeof ApiKeyCreate>;
export const ApiKeySummary = Type.Object({ id: Type.String(), name: Type.String(), createdAt: Timestamp });
export type ApiKeySummary = Static<typeof ApiKeySummary>;
export const ApiKeyCreated = Type.Object({ ...ApiKeySummary.properties, key: Type.String() });
export type ApiKeyCreated = Static<typeof ApiKeyCreated>;

/** GET /audit rows: who changed what, newest first. */
export const AuditRow = Type.Object({
  id: Type.Integer(),
  at: Timestamp,
  actor: Type.String(),
  action: Type.String(),
  target: Type.String(),
});
export type AuditRow = Static<typeof AuditRow>;

/** GET /events: server-sent events. `data` is a LiveEvent: something of this kind changed; read it again. */
export const LiveEvent = Type.Object({
  kind: Type.Union([
    Type.Literal('client'),
    Type.Literal('status'),
    Type.Literal('package'),
    Type.Literal('collection'),
    Type.Literal('deployment'),
    Type.Literal('token'),
    Type.Literal('release'),
    Type.Literal('setup'),
    Type.Literal('upgrade'),
  ]),
  /** Id of the object; for `status` the client's; `*` where too many of the kind changed to name each. */
  id: Type.String(),
});
export type LiveEvent = Static<typeof LiveEvent>;
