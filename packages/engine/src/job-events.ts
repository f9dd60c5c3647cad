/** What happens to jobs, as it happens: for logs, status messages and timelines. */
import type { GateEvidence } from '@holdfast/contract';

export type JobEvent = {
  /** Wall clock. */
  readonly at: number;
  readonly job: string;
  /** Null where it concerns the whole job. */
  readonly change: string | null;
  readonly what:
    | 'gate-closed'
    | 'gate-opened'
    | 'applying'
    | 'applied'
    | 'verified'
    | 'setback'
    | 'refused'
    | 'undoing'
    | 'undone'
    | 'restart-needed'
    | 'held'
    | 'done';
  /** A sentence without its full stop. */
  readonly text: string;
  readonly evidence?: GateEvidence;
};
