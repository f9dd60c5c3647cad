/** What the domains of the site share: store, trust, the registry of clients, content and the live feed. */
import type { LiveEvent, SiteCode } from '@holdfast/contract';
import type { Clock, Entropy } from '@holdfast/ports';
import type { Kysely } from 'kysely';
import type { ClientRegistry } from './clients/registry.ts';
import type { ContentStore } from './content/store.ts';
import type { InstallerReader } from './installer/questions.ts';
import type { PolicyService } from './policy/model.ts';
import type { Schema } from './store/schema.ts';
import type { SiteTrustStore } from './trust/trust.ts';
import type { WireGate } from './wires/gate.ts';

export type SiteContext = {
  readonly siteCode: SiteCode;
  /** https:// address under which clients reach the management point. */
  readonly managementPoint: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: Kysely<Schema>;
  /** The same tables, read only, away from the main thread: for lists, counts and reports. */
  readonly reader: Kysely<Schema>;
  readonly trust: SiteTrustStore;
  readonly clients: ClientRegistry;
  readonly content: ContentStore;
  readonly installers: InstallerReader;
  readonly policy: PolicyService;
  readonly live: LiveFeed;
  readonly wires: WireGate;
};

/** What changed, as told to every open console. */
export type LiveFeed = {
  publish(event: LiveEvent): void;
  /** Answers the function that ends the subscription. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
};
