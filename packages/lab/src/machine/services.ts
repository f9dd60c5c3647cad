/** The services of a simulated machine: prompt or slow, broken, or deaf once they run. */
import { systemError } from '@holdfast/contract';
import type { Readiness, ServiceState, Services } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { clockPort, type VirtualClock } from '../world/clock.ts';
import { watchers } from './watchers.ts';

/** "System Error Codes", learn.microsoft.com; the simulated Linux has them too. */
const winError = { noAnswer: 1053, noService: 1060, notActive: 1062, aborted: 1067 } as const;

export type SimulatedService = {
  /** Milliseconds from its start until it runs; none unless given. */
  readonly startMs?: number;
  /** It ends instead of starting. */
  readonly broken?: boolean;
  /** It runs, and answers nobody. */
  readonly deaf?: boolean;
  /** It starts with the machine. */
  readonly automatic?: boolean;
};

export type ServiceTable = {
  /** Installs a service, stopped. */
  put(name: string, service?: SimulatedService): void;
  /** What is there of a service, seen from outside. */
  look(name: string): { readonly automatic: boolean; readonly running: boolean } | undefined;
  /** Takes a service out of the system; nothing happens where there is none. */
  remove(name: string): void;
  start(name: string): Promise<void>;
  stop(name: string): void;
  /** The machine starts again: what is automatic starts with it. */
  restart(): void;
  port(calls: Calls, life: Life): Services;
};

type Entry = Omit<SimulatedService, 'automatic'> & { state: ServiceState; automatic?: boolean };

export function serviceTable(clock: VirtualClock): ServiceTable {
  const told = watchers();
  let entries = new Map<string, Entry>();

  function entry(name: string): Entry {
    const found = entries.get(name);
    if (found) return found;
    throw systemError(winError.noService, `The service ${name} cannot be controlled`);
  }

  function become(one: Entry, state: ServiceState): void {
    one.state = state;
    told.tell();
  }

  /** Resolves when it runs; what a restart of the machine has ended meanwhile runs no more. */
  async function run(name: string, one: Entry): Promise<void> {
    if (one.state === 'running') return;
    become(one, 'start-pending');
    if (one.startMs !== undefined) await clockPort(clock).sleep(one.startMs);
    if (one.state !== 'start-pending') return;
    become(one, one.broken ? 'stopped' : 'running');
    if (one.broken) throw systemError(winError.aborted, `The service ${name} did not start`);
  }

  function stop(name: string): void {
    const one = entry(name);
    if (one.state !== 'stopped') become(one, 'stopped');
  }

  return {
    put: (name, service = {}) => void entries.set(name, { ...service, state: 'stopped' }),
    look(name) {
      const one = entries.get(name);
      return one && { automatic: one.automatic ?? false, running: one.state === 'running' };
    },
    remove: (name) => void entries.delete(name),
    start: async (name) => run(name, entry(name)),
    stop,
    restart() {
      const before = [...entries];
      for (const [, one] of before) one.state = 'stopped';
      told.forget();
      entries = new Map(before.map(([name, one]) => [name, { ...one }]));
      // One that fails stays stopped; nobody is there to hear of it.
      for (const [name, one] of entries) if (one.automatic) run(name, one).catch(() => undefined);
    },
    port: (calls, life) => ({
      state: (name) => calls.call(life, 'services.state', [name], () => entries.get(name)?.state),
      readiness: (name) =>
        calls.call(life, 'services.readiness', [name], () => readinessOf(name, entries.get(name))),
      start: (name) => calls.call(life, 'services.start', [name], () => run(name, entry(name))),
      stop: (name) => calls.call(life, 'services.stop', [name], () => stop(name)),
      automatic: (name) =>
        calls.call(life, 'services.automatic', [name], () => {
          const one = entries.get(name);
          return one && (one.automatic ?? false);
        }),
      setAutomatic: (name, automatic) =>
        calls.call(life, 'services.setAutomatic', [name, automatic], () => {
          entry(name).automatic = automatic;
        }),
      watch: told.of(life),
    }),
  };
}

function readinessOf(name: string, one: Entry | undefined): Readiness {
  const notReady = (win32: number, words: string): Readiness => ({
    ready: false,
    reason: `the service ${name} ${words}`,
    evidence: { win32 },
  });
  if (one === undefined) return notReady(winError.noService, 'does not exist');
  if (one.state === 'stopped') return notReady(winError.notActive, 'is stopped');
  if (one.deaf) return notReady(winError.noAnswer, 'does not answer');
  if (one.state === 'running') return { ready: true };
  return { ready: false, reason: `the service ${name} is ${one.state}`, evidence: { state: one.state } };
}
