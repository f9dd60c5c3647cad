/** Making status messages: from the catalogue, with details cut to their limits, logged as they are committed. */
import {
  type DeploymentState,
  type Severity,
  type StatusDetails,
  type StatusName,
  statusCode,
  statusEntry,
  statusText,
  statusTextLimit,
  type Uuid,
} from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { ClientJournal, Entry, Item } from '../state.ts';
import { plainText } from '../text.ts';
import type { NewStatus } from './outbox.ts';

/** Something the client says to whoever runs it. */
export type ClientEvent = {
  readonly at: number;
  readonly severity: Severity;
  /** Name of a status message, or of a step of the client's own. */
  readonly event: string;
  readonly text: string;
  readonly deploymentId?: Uuid;
};

export type Reporter = {
  /** Commits a message, together with further entries, as one. */
  report(status: Status, ...with_: readonly Entry[]): Promise<void>;
  /** Commits a message about a deployment and the change of its item as one. */
  reportItem(id: Uuid, status: Status, change?: Partial<Item>): Promise<void>;
  /** Says something that is not for the site. */
  note(severity: Severity, event: string, text: string): void;
};

export type Status = {
  readonly name: StatusName;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
};

export function createReporter(
  journal: ClientJournal,
  clock: Pick<Clock, 'now'>,
  log: (event: ClientEvent) => void,
): Reporter {
  const commit = async (message: NewStatus, entries: readonly Entry[]) => {
    await journal.commit(...entries, { kind: 'status', messages: [message] });
    log({
      at: message.at,
      severity: message.severity,
      event: statusEntry(message.code)?.name ?? `status-${message.code}`,
      text: statusText(message),
      ...(message.deploymentId === undefined ? {} : { deploymentId: message.deploymentId }),
    });
  };
  return {
    report: (status, ...entries) => commit(messageOf(status, clock.now()), entries),
    reportItem: (id, status, change = {}) => {
      const message = { ...messageOf(status, clock.now()), deploymentId: id };
      const state: DeploymentState | undefined = statusEntry(message.code)?.state;
      const told = { text: statusText(message), ...(state === undefined ? {} : { state }) };
      return commit(message, [{ kind: 'item', id, change: { ...told, ...change } }]);
    },
    note: (severity, event, text) =>
      log({ at: clock.now(), severity, event, text: plainText(text, statusTextLimit) }),
  };
}

/** A message as the wire allows it. */
export function messageOf(status: Status, at: number): NewStatus {
  const code = statusCode(status.name);
  const details: StatusDetails = {};
  for (const [key, value] of Object.entries(status.details ?? {})) {
    details[key] = typeof value === 'string' ? plainText(value, statusTextLimit) : value;
  }
  return { at, code, severity: statusEntry(code)?.severity ?? 'error', details };
}
