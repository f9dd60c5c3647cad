/** What an older client on this machine leaves to today's. */
import type { Sha256, Uuid } from '@holdfast/contract';

/** How an older client shows who it is. */
export type OlderIdentity =
  | { readonly kind: 'secret'; readonly siteCode: string; readonly clientId: Uuid; readonly secret: string }
  | {
      readonly kind: 'certificate';
      readonly siteCode: string;
      readonly clientId: Uuid;
      /** PEM of the policy key that it has pinned. */
      readonly policyKey: string;
      readonly certificate: string;
      readonly privateKey: string;
    };

/** By deployment: what it has brought about; the hash of the assignment where it knew one. */
export type OlderHistory = Readonly<Record<Uuid, { readonly version: Sha256 | null }>>;

export type Inheritance = {
  /** https address of its management point. */
  readonly site: string | null;
  readonly identity: OlderIdentity | null;
  readonly history: OlderHistory;
  /** Names of the folder in its state folder that its content lies in; whether a file there has its hash as its name. */
  readonly cache: { readonly folder: string; readonly byHash: boolean };
};
