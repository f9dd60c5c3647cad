/** The tables about clients themselves, as Kysely sees them: releases, set-ups, health. */
import type { Generated } from 'kysely';

/** `envelope` is the signed Envelope as JSON, kept as it was given. */
export type ClientReleaseTable = {
  version: string;
  floor: string;
  keyId: string;
  envelope: string;
  releasedAt: number;
  addedAt: number;
};

export type ClientPackageTable = {
  version: string;
  name: string;
  kind: string;
  platform: string;
  architecture: string;
  size: number;
  sha256: string;
  productCode: string | null;
};

/** The last change of a client's operating system; `auditedAt` of the last one that went into the audit. */
export type SystemChangeTable = {
  clientId: string;
  at: number;
  auditedAt: number;
  fromName: string;
  fromEpoch: string;
  toName: string;
  toEpoch: string;
};

/** A set-up as its last report has it. */
export type SetupTable = {
  id: string;
  tokenId: string;
  /** Number of that report. */
  seq: number;
  /** SetupState without `silent`, which depends on the time of the look. */
  standing: string;
  hostName: string;
  platform: string;
  architecture: string;
  version: string | null;
  intent: string;
  phase: string;
  moment: string;
  error: string | null;
  reason: string | null;
  clientId: string | null;
  firstHeardAt: number;
  lastHeardAt: number;
};

/** `report` is a SetupReport as JSON. */
export type SetupReportTable = { setupId: string; seq: number; report: string };

/** The newest evaluation of a client; `report` is a HealthReport as JSON. */
export type HealthTable = {
  clientId: string;
  receivedAt: number;
  failed: number;
  remedied: number;
  report: string;
};

/** Its findings, for the counts. `component` is empty where the check has none. */
export type HealthFindingTable = {
  clientId: string;
  number: number;
  check: string;
  component: string;
  state: string;
};

/** The last evaluations of a client; `findings` are those that were not well, as JSON. */
export type HealthHistoryTable = {
  id: Generated<number>;
  clientId: string;
  receivedAt: number;
  evaluatedAt: number;
  occasion: string;
  failed: number;
  remedied: number;
  findings: string;
};
