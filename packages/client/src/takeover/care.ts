/** The client's own care for foreign agents that its policy names: looked for once an hour, taken over behind their gates. */
import { sha256 } from '@holdfast/contract';
import type { Gate } from '@holdfast/engine';
import type { ClientContext } from '../context.ts';
import { loadTakeover } from '../load-component.ts';
import type { TakeoverTurn } from './progress.ts';

/** Milliseconds between two looks for an agent: it may be installed later, or again. */
const lookEveryMs = 60 * 60_000;

export type TakeoverCare = {
  /** The caller has the client to itself. @throws HoldfastError `disk.*`, `journal.damaged` */
  turn(signal: AbortSignal | undefined): Promise<TakeoverTurn>;
  /** The next turn looks, whenever that was due: the system is another one. */
  again(): void;
};

const idle: TakeoverTurn = { at: null, gates: [] };

export function createTakeoverCare(context: ClientContext): TakeoverCare {
  const { clock } = context.ports;
  const { journal, options } = context;
  /** Monotonic. */
  let due = clock.monotonic();
  let waiting: readonly Gate[] = [];
  let seen = '';
  return {
    again: () => {
      due = clock.monotonic();
    },
    turn: async (signal) => {
      const orders = journal.state.policy?.index.takeovers ?? [];
      const nothing = orders.length === 0 && Object.keys(journal.state.takeovers ?? {}).length === 0;
      // A client that no package installed has no screen driver that it could stand in with.
      if (nothing || !options.installation?.testDriver) return idle;
      const at = () => clock.now() + Math.max(due - clock.monotonic(), 0);
      const ordered = sha256(JSON.stringify(orders));
      if (clock.monotonic() < due && waiting.length === 0 && ordered === seen) return { at: at(), gates: [] };
      // Whatever happens below, it is not tried again at once.
      due = clock.monotonic() + lookEveryMs;
      seen = ordered;
      waiting = [];
      const { takeOverAll } = await loadTakeover();
      const { at: next, gates } = await takeOverAll(context, orders, signal);
      if (next !== null) due = Math.min(due, clock.monotonic() + Math.max(next - clock.now(), 0));
      waiting = gates;
      return { at: at(), gates };
    },
  };
}
