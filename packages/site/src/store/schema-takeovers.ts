/** The tables about foreign agents, as Kysely sees them. */

/** `rule` is a TakeoverRule as JSON. */
export type TakeoverTable = {
  id: string;
  name: string;
  platform: string;
  mode: string;
  rule: string;
  collectionId: string;
  /** As it was called then: the collection may be gone. */
  collectionName: string;
  createdAt: number;
  createdBy: string;
  withdrawnAt: number | null;
};

/** The last word of a member; `at` is the client's clock. */
export type TakeoverMemberTable = {
  takeoverId: string;
  clientId: string;
  code: number;
  details: string;
  at: number;
  stream: string;
  seq: number;
};
