/** The tables about upgrades of clients, as Kysely sees them. */

/** A version by itself; `needs` is JSON. */
export type ClientArchiveTable = {
  version: string;
  name: string;
  platform: string;
  architecture: string;
  size: number;
  sha256: string;
  needs: string;
};

/** `rules` is a RingRules as JSON; `ring` the one under way, from 1. */
export type ClientUpgradeTable = {
  id: string;
  action: string;
  version: string;
  collectionId: string;
  /** As it was called then: the collection may be gone. */
  collectionName: string;
  rules: string;
  spreadSeconds: number;
  state: string;
  reason: string;
  ring: number;
  createdAt: number;
  createdBy: string;
  changedAt: number;
};

export type ClientUpgradeRingTable = {
  upgradeId: string;
  ring: number;
  members: number;
  startedAt: number | null;
};

/** What a version on trial must carry out; `body` is the exact text of an Assignment, and `hash` its hash. */
export type ClientUpgradeProofTable = {
  deploymentId: string;
  upgradeId: string;
  version: string;
  platform: string;
  hash: string;
  body: string;
};

export type ClientUpgradeMemberTable = {
  upgradeId: string;
  clientId: string;
  /** 0 for one that was left out. */
  ring: number;
  state: string;
  /** The version that it is to take now: a stepping stone, or that of the upgrade. */
  version: string;
  cause: string | null;
  reason: string | null;
  /** 1: a failure that an administrator has seen and gone on from. */
  accepted: number;
  /** Clock of the site, all of them: it could have taken the order; the last word of it came; */
  orderedAt: number | null;
  heardAt: number | null;
  /** the version went on trial; carried out what proves it; did all that a blessing needs; the end was heard. */
  trialAt: number | null;
  proofAt: number | null;
  provedAt: number | null;
  endedAt: number | null;
};
