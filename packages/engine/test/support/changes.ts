/** A small machine of named values, changes of it that go through a half-done state, and lives that end at a chosen call. */
import { HoldfastError } from '@holdfast/contract';
import type { Applied, Change, Gate, Job, JobEvent, JobPorts, JobRecord, Ledger } from '../../src/index.ts';
import { carryOutUntilSettled, createSerial } from '../../src/index.ts';

export type World = {
  readonly values: Map<string, string>;
  readonly records: Map<string, JobRecord>;
  readonly events: JobEvent[];
  bootId: string;
  now: number;
};

export function newWorld(names: readonly string[]): World {
  const values = new Map(names.map((name) => [name, 'old']));
  return { values, records: new Map(), events: [], bootId: 'boot 1', now: 1_800_000_000_000 };
}

/** A life of the client: its calls are counted, and after call `last` it sees and does nothing more. */
export type Life = { calls: number; readonly last: number; readonly over: PromiseWithResolvers<'over'> };

export function newLife(last = Number.POSITIVE_INFINITY): Life {
  return { calls: 0, last, over: Promise.withResolvers() };
}

/** One call to the world: before its effect a life may end. */
export async function call<Value>(life: Life, effect: () => Value): Promise<Value> {
  life.calls += 1;
  if (life.calls > life.last) {
    life.over.resolve('over');
    await new Promise(() => undefined);
  }
  return effect();
}

export type ChangeOptions = {
  readonly gates?: readonly Gate[];
  /** Runs between the two halves; what it throws leaves the change half done. */
  readonly midway?: () => void;
  readonly answer?: Applied;
  readonly precondition?: NonNullable<Change['precondition']>;
  /** What the change makes of the value in the end; `new` unless given. */
  readonly becomes?: () => string;
};

/** From `old` over `half` to `new`; what it was before is noted, and put back by undo. */
export function changeOf(world: World, life: Life, name: string, options: ChangeOptions = {}): Change {
  const { gates = [], midway, answer = 'done', precondition, becomes = () => 'new' } = options;
  const { values } = world;
  return {
    name,
    gates,
    ...(precondition ? { precondition } : {}),
    postcondition: () =>
      call(life, () =>
        values.get(name) === 'new' ? { holds: true } : { holds: false, reason: `${name} is not new` },
      ),
    apply: async (note) => {
      await note(values.get(name) ?? null);
      await call(life, () => values.set(name, 'half'));
      midway?.();
      await call(life, () => values.set(name, becomes()));
      return answer;
    },
    undo: async (note) => {
      if (typeof note === 'string') await call(life, () => values.set(name, note));
    },
  };
}

export function ledgerOf(world: World, life: Life): Ledger {
  return {
    read: (job) => world.records.get(job),
    write: (job, record) =>
      call(life, () => {
        world.records.set(job, JSON.parse(JSON.stringify(record)));
      }),
  };
}

/** Time passes by sleeping. */
export function portsOf(world: World): JobPorts {
  return {
    clock: {
      now: () => world.now,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        world.now += ms;
      },
    },
    entropy: { integer: (below) => below - 1 },
    boot: { id: async () => world.bootId },
    exclusive: createSerial(),
    report: (event) => void world.events.push(event),
  };
}

export function settle(world: World, life: Life, jobs: readonly Job[]) {
  return carryOutUntilSettled(jobs, ledgerOf(world, life), portsOf(world));
}

export function failure(win32: number): HoldfastError {
  return new HoldfastError('system.failed', `Win32 ${win32}.`, { details: { win32 } });
}
