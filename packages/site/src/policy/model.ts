/** Policy: which assignments a client has, as a signed index whose serial only rises. */
import type { Sha256 } from '@holdfast/contract';

export type PolicyService = {
  /** The sealed index of a client as sent (an Envelope in JSON), and its entity tag. Signed anew only if it changed. */
  index(clientId: string): Promise<{ tag: string; body: string }>;
  /** The text of an assignment, if it is in the client's own policy. @throws HoldfastError `not-found` */
  assignment(clientId: string, hash: Sha256): Promise<string>;
  /** The policy of these clients (or of all) may have changed: it is looked at again at their next check-in. */
  invalidate(clientIds: readonly string[] | 'all'): void;
};
