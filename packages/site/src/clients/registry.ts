/** Clients as the management point needs them at every request, in memory: known, revoked, their policy, last seen. */

export type RegisteredClient = {
  readonly id: string;
  revoked: boolean;
  /** Entity tag of the policy index last signed for it; undefined = it must be built at the next check-in. */
  policyTag: string | undefined;
  lastSeenAt: number | null;
};

export type ClientRegistry = {
  get(id: string): RegisteredClient | undefined;
  /** Stamps a check-in; written to the store in batches. */
  seen(client: RegisteredClient): void;
  /** Adds a client that was just enrolled, or takes up a change of its row. */
  set(client: { id: string; revoked: boolean; lastSeenAt: number | null }): void;
  /** Writes the stamps that are not stored yet. */
  flush(): Promise<void>;
};
