/** One set-up under way: what its phases share, and how they keep what they found. */

import type { Gate } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { SetupHost } from './host.ts';
import type { Progress, SetupJournal } from './progress.ts';

export type SetUp = {
  readonly host: SetupHost;
  /** The state folder, and the set-up's own in it. */
  readonly state: Folder;
  readonly folder: Folder;
  readonly journal: SetupJournal;
  readonly signal: AbortSignal | undefined;
  /** As journalled. */
  progress(): Progress;
  /** Makes it durable before it resolves. */
  keep(change: Partial<Progress>): Promise<void>;
};

/** How a phase came out. What fails is thrown as a HoldfastError. */
export type PhaseOutcome =
  | { readonly kind: 'ended'; readonly change?: Partial<Progress> }
  /** A gate is closed, or somebody else is at work: looked at again soon. */
  | { readonly kind: 'waits'; readonly reason: string; readonly gates: readonly Gate[] }
  | { readonly kind: 'restart'; readonly reason: string };

export type Phase = (setUp: SetUp) => Promise<PhaseOutcome>;

export const ended: PhaseOutcome = { kind: 'ended' };
