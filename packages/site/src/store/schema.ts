/** The site's tables, as Kysely sees them. Times are milliseconds since 1970; JSON is text; truth is 0 or 1. */
import type { Generated, Insertable, Selectable } from 'kysely';
import type {
  ClientPackageTable,
  ClientReleaseTable,
  HealthFindingTable,
  HealthHistoryTable,
  HealthTable,
  SetupReportTable,
  SetupTable,
  SystemChangeTable,
} from './schema-clients.ts';
import type { TakeoverMemberTable, TakeoverTable } from './schema-takeovers.ts';
import type {
  ClientArchiveTable,
  ClientUpgradeMemberTable,
  ClientUpgradeProofTable,
  ClientUpgradeRingTable,
  ClientUpgradeTable,
} from './schema-upgrades.ts';

type SiteTable = { id: number; siteCode: string; createdAt: number };

type ClientTable = {
  id: string;
  /** From the facts, in columns of their own because lists search and sort by them. */
  hostName: string;
  platform: string;
  osName: string;
  osVersion: string;
  architecture: string;
  clientVersion: string;
  /** ClientFacts as JSON. */
  facts: string;
  enrolledAt: number;
  lastSeenAt: number | null;
  /** The wire that it spoke last. */
  wire: Generated<number>;
  /** Revocation: no certificate of this client is accepted from then on. */
  revokedAt: number | null;
  /** Serial of the last policy index that was signed for it. */
  policySerial: number;
  /** When that index was signed, and its hash: the same index can be built again without a new serial. */
  policyIssuedAt: number | null;
  policyTag: string | null;
};

/** Secrets of clients of the first generation, as their hashes. */
type ClientSecretTable = {
  clientId: string;
  secretHash: string;
  issuedAt: number;
  /** Fingerprint of the key of today's client that has taken its place, and when the secret ends because of it. */
  succeededBy: string | null;
  endsAt: number | null;
};

type CertificateTable = {
  /** Hexadecimal serial number. */
  serial: string;
  clientId: string;
  /** SHA-256 of the SubjectPublicKeyInfo. */
  publicKey: string;
  certificate: string;
  issuedAt: number;
  expiresAt: number;
};

type TokenTable = {
  id: string;
  label: string;
  secretHash: string;
  maxUses: number | null;
  uses: number;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
};

/** Which key used a token: a repeated request after a lost answer gets the same client again. */
type TokenUseTable = { tokenId: string; publicKey: string; clientId: string; at: number };

type CollectionTable = {
  id: string;
  name: string;
  description: string;
  /** MembershipQuery as JSON, null for direct members only. */
  query: string | null;
  builtIn: number;
  createdAt: number;
};

/** Direct members. */
type CollectionDirectTable = { collectionId: string; clientId: string };

/** Members as evaluated: direct or by query. Kept up to date when facts, queries or direct members change. */
type CollectionMemberTable = { collectionId: string; clientId: string };

type ContentTable = { sha256: string; size: number; createdAt: number };

type PackageTable = { id: string; name: string; version: string; publisher: string; createdAt: number };

type PackageFileTable = { packageId: string; path: string; size: number; sha256: string };

/** `definition` is a ProgramDefinition as JSON. */
type ProgramTable = { id: string; packageId: string; name: string; definition: string; createdAt: number };

type DeploymentTable = {
  id: string;
  programId: string;
  collectionId: string;
  intent: string;
  purpose: string;
  availableAt: number | null;
  deadlineAt: number | null;
  createdAt: number;
  createdBy: string;
  withdrawnAt: number | null;
  /** Hash of the assignment that clients fetch. */
  assignmentHash: string;
};

/** Immutable assignments by hash; `body` is the exact text that was hashed. */
type AssignmentTable = { hash: string; body: string };

type StatusMessageTable = {
  id: Generated<number>;
  clientId: string;
  stream: string;
  seq: number;
  at: number;
  receivedAt: number;
  code: number;
  severity: string;
  deploymentId: string | null;
  details: string;
};

/** How far each stream of each client is stored without a gap. */
type StatusStreamTable = {
  clientId: string;
  stream: string;
  acknowledged: number;
  /** Highest number that is stored; above `acknowledged` only while messages between are missing. */
  highest: number;
  /** Messages that the client no longer had when the site asked for them (site restored from a backup). */
  lost: number;
};

/** Where each deployment stands on each client: the last status message that said so. */
type DeploymentStateTable = {
  deploymentId: string;
  clientId: string;
  state: string;
  code: number;
  at: number;
  details: string;
  /** The message that said so: only a later one of its stream, or a new stream, may change the row. */
  stream: string | null;
  seq: number | null;
};

type AuditTable = { id: Generated<number>; at: number; actor: string; action: string; target: string };

/** Small values that the site keeps for itself (store/settings.ts). */
type SettingTable = { key: string; value: string };

export type Schema = {
  site: SiteTable;
  client: ClientTable;
  clientSecret: ClientSecretTable;
  certificate: CertificateTable;
  token: TokenTable;
  tokenUse: TokenUseTable;
  collection: CollectionTable;
  collectionDirect: CollectionDirectTable;
  collectionMember: CollectionMemberTable;
  content: ContentTable;
  package: PackageTable;
  packageFile: PackageFileTable;
  program: ProgramTable;
  deployment: DeploymentTable;
  assignment: AssignmentTable;
  statusMessage: StatusMessageTable;
  statusStream: StatusStreamTable;
  deploymentState: DeploymentStateTable;
  audit: AuditTable;
  setting: SettingTable;
  clientRelease: ClientReleaseTable;
  clientPackage: ClientPackageTable;
  setup: SetupTable;
  setupReport: SetupReportTable;
  health: HealthTable;
  healthFinding: HealthFindingTable;
  healthHistory: HealthHistoryTable;
  clientSystemChange: SystemChangeTable;
  clientArchive: ClientArchiveTable;
  clientUpgrade: ClientUpgradeTable;
  clientUpgradeRing: ClientUpgradeRingTable;
  clientUpgradeProof: ClientUpgradeProofTable;
  clientUpgradeMember: ClientUpgradeMemberTable;
  takeover: TakeoverTable;
  takeoverMember: TakeoverMemberTable;
};

export type ClientRow = Selectable<ClientTable>;
export type DeploymentRow = Selectable<DeploymentTable>;
export type ProgramRow = Selectable<ProgramTable>;
export type PackageRow = Selectable<PackageTable>;
export type CollectionRow = Selectable<CollectionTable>;
export type StatusMessageRow = Selectable<StatusMessageTable>;
export type ClientPackageRow = Selectable<ClientPackageTable>;
export type ClientUpgradeRow = Selectable<ClientUpgradeTable>;
export type ClientUpgradeMemberRow = Selectable<ClientUpgradeMemberTable>;
export type SetupRow = Selectable<SetupTable>;
export type NewStatusMessage = Insertable<StatusMessageTable>;
