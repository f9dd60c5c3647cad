/** What a turn of a client's care for its version works with, and what it comes to. */
import type { Gate } from '@holdfast/engine';
import type { ClientInstallation, VersionHost } from '../components/model.ts';
import type { Schedule } from '../contact.ts';
import type { ClientContext } from '../context.ts';
import type { VersionProgress } from './progress.ts';

export type VersionTurn = {
  /** When it is to be looked at again: wall clock; null = never. */
  readonly at: number | null;
  /** Those it waits at. */
  readonly gates: readonly Gate[];
};

export const idle: VersionTurn = { at: null, gates: [] };

export type Care = {
  readonly context: ClientContext;
  readonly schedule: Schedule;
  readonly installation: ClientInstallation;
  readonly host: VersionHost;
};

export const commit = ({ context }: Care, progress: VersionProgress) =>
  context.journal.commit({ kind: 'version', progress });

/** Milliseconds after which a restart that did not come is asked for again. */
export const restartAgainMs = 60_000;

/** The switch is made, and this one runs still: its successor is started, again if need be. */
export async function startIt({ context, host }: Care): Promise<VersionTurn> {
  await host.restart();
  return { at: context.ports.clock.now() + restartAgainMs, gates: [] };
}

export function begun(upgradeId: string, version: string, at: number): VersionProgress {
  return { upgradeId, version, at, state: 'waiting', setbacks: 0, switches: 0, said: null, kept: null };
}
