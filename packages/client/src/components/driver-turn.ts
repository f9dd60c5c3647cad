/** The client's own care for its screen driver: settled at its start, then once a day, behind its gates, and told to the site. */
import { gateSentence } from '@holdfast/contract';
import { createSerial, type Gate, gatesOf } from '@holdfast/engine';
import type { ClientContext } from '../context.ts';
import { loadComponentWork } from '../load-component.ts';
import type { DriverReport } from './driver.ts';
import { installationOf } from './of-client.ts';

const component = 'screen';
const dayMs = 24 * 60 * 60_000;

/** Milliseconds until a driver that could not be settled is tried again. */
const retryMs = 60 * 60_000;

/** Everything that starts with the machine has started, and the system takes changes to its own files (KB829810). */
const gateDefinitions = [
  { kind: 'boot-settled', name: 'boot-settled' },
  { kind: 'protection-ready', name: 'protection-ready' },
] as const;

export type DriverTurn = {
  /** When it is to be looked at again: wall clock; null = never. */
  readonly at: number | null;
  /** Those it waits at. */
  readonly gates: readonly Gate[];
};

export type DriverCare = {
  /** The caller has the client to itself. @throws HoldfastError `component.damaged`, `disk.*` */
  turn(signal: AbortSignal | undefined): Promise<DriverTurn>;
  /** The next turn looks at it, whenever that was due: what it depends on is not as it was. */
  again(): void;
};

export function createDriverCare(context: ClientContext): DriverCare {
  const { clock } = context.ports;
  const { testDriver } = context.options.installation ?? {};
  /** Monotonic. */
  let due = clock.monotonic();
  let waiting: readonly Gate[] = [];
  /** What was said last: a standing wait is told once. */
  let said = '';

  const tell = async ({ changed, active, work }: DriverReport) => {
    if (changed && active) {
      const details = { component, variant: active.folder };
      await context.reporter.report({ name: 'component-changed', details });
    }
    const { wait, state, reason } = work;
    const words = wait ? gateSentence(wait) : state === 'done' ? '' : (reason ?? state);
    if (words === said) return;
    said = words;
    if (wait) {
      const details = { component, gate: wait.gate, reason: wait.reason };
      await context.reporter.report({ name: 'component-waits', details });
    } else if (words !== '') {
      const details = { error: 'component.damaged', reason: `${component}: ${words}` };
      await context.reporter.report({ name: 'client-fault', details });
    }
  };

  return {
    again: () => {
      due = clock.monotonic();
    },
    turn: async (signal) => {
      const installation = testDriver && installationOf(context, createSerial());
      if (!installation) return { at: null, gates: [] };
      const at = () => clock.now() + Math.max(due - clock.monotonic(), 0);
      // A pass for another reason may be the stir of a gate: what waits is looked at in every pass.
      if (clock.monotonic() < due && waiting.length === 0) return { at: at(), gates: [] };
      // Whatever happens below, it is not tried again at once.
      due = clock.monotonic() + retryMs;
      waiting = [];
      const { settleDriver } = await loadComponentWork();
      const gates = gatesOf(gateDefinitions, context.ports, context.options);
      const report = await settleDriver(installation, { component, gates, selfTest: testDriver }, signal);
      const { wakeAt, state } = report.work;
      if (state === 'done') due = clock.monotonic() + dayMs;
      else if (wakeAt !== null) due = clock.monotonic() + Math.max(wakeAt - clock.now(), 0);
      waiting = report.work.gates;
      await tell(report);
      return { at: at(), gates: waiting };
    },
  };
}
