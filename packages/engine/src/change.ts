/** What the engine changes on a machine: changes in order, in jobs that stand for themselves. */
import type { Clock, Entropy } from '@holdfast/ports';
import type { Gate } from './gates.ts';
import type { JobEvent } from './job-events.ts';
import type { Serial } from './serial.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a condition holds on the machine, seen just now. */
export type Condition = { readonly holds: true } | { readonly holds: false; readonly reason: string };

/** `restart-needed`: done once the machine has started again, and only if its post-condition holds then. */
export type Applied = 'done' | 'restart-needed';

export type Change = {
  /** Unique in its job, and the same in every life of the client. */
  readonly name: string;
  /** All must be open before it is begun. */
  readonly gates: readonly Gate[];
  /** Whether it may be made on this machine as it is; looked at behind the gates. Absent: always. */
  precondition?(): Promise<Condition>;
  /**
   * Makes the change. What `undo` will need is noted first: it is durable when `note` resolves, and the last one counts.
   * That it resolves proves nothing: the post-condition decides.
   * @throws HoldfastError taken as its class in the catalogue of errors says (`knownError` of the contract)
   */
  apply(note: (value: Json) => Promise<void>): Promise<Applied>;
  /** Takes it back, however far it came; may be called twice, and after a crash. @throws HoldfastError */
  undo(note: Json): Promise<void>;
  /** Whether the machine is as this change makes it. @throws HoldfastError where that cannot be seen */
  postcondition(): Promise<Condition>;
  /** The whole job is done: what was kept for `undo` may go. May be called twice. */
  forget?(note: Json): Promise<void>;
};

/** Changes that belong together: made in order, and undone in reverse when one of them goes wrong for good. */
export type Job = {
  /** Names the item in the ledger. */
  readonly id: string;
  /** Attempts are counted for each version: a new one begins anew. It keeps the name of a change that is under way. */
  readonly version: string;
  readonly changes: readonly Change[];
};

export type JobPorts = {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly entropy: Pick<Entropy, 'integer'>;
  /** The boot that the machine is in. */
  readonly boot: { id(): Promise<string> };
  /** One mutation at a time: shared by all who change this machine. */
  readonly exclusive: Serial;
  /** Told as it happens. */
  readonly report?: (event: JobEvent) => void;
};
