/** How a part of the machine says that it is not ready yet, and that this has changed. */
import type { GateEvidence } from '@holdfast/contract';

export type Readiness =
  | { readonly ready: true }
  | {
      readonly ready: false;
      /** A clause: `the service does not answer`. */
      readonly reason: string;
      /** What was seen; `{ win32: 21 }` where Windows gave a number, `{ exitCode: 1618 }` where an installer did. */
      readonly evidence: GateEvidence;
    };

/**
 * Calls back whenever what it watches may have changed, until the function that it answers is called. It may call too
 * often, and must not be relied on: whoever waits looks again after some time all the same. Ports whose system tells
 * nothing cheaply have none.
 */
export type Watch = (changed: () => void) => () => void;
