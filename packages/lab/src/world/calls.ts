/** The gate that every port call of a machine passes: counted, traced, and maybe the one at which the world stops. */
import type { Trace } from './trace.ts';

/** One run of one program (the client is one too). What is dead sees no more answers and does no more harm. */
export type Life = { readonly name: string; alive: boolean };

/** Where to stop the world: before the effect of call number `call` (1, 2, ...), or after it but before its answer. */
export type Stop = { readonly call: number; readonly when: 'before' | 'after'; readonly action: () => void };

/** What keeps asynchronous calls waiting, once each has been counted; undefined = nothing. */
export type Hold = {
  /** Before the effect of a call. */
  before(name: string): Promise<void> | undefined;
  /** Before its answer. */
  after(): Promise<void> | undefined;
};

const noHold: Hold = { before: () => undefined, after: () => undefined };

export type Calls = {
  /** Calls made so far by all lives of the machine. */
  count(): number;
  /** Undefined takes it back. */
  stopAt(stop: Stop | undefined): void;
  begin(name: string): Life;
  /** An asynchronous call. A dead life waits for ever. */
  call<T>(life: Life, name: string, facts: readonly unknown[], effect: () => T | Promise<T>): Promise<T>;
  /**
   * A call that answers at once (the clock, chance). A dead life is answered too, uncounted: it goes on to its next
   * asynchronous call, where it stays. Nothing of that can be seen, and no exception runs through its catch blocks.
   */
  ask<T>(life: Life, name: string, facts: readonly unknown[], effect: () => T): T;
};

export function countedCalls(trace: Trace, hold: Hold = noHold): Calls {
  let count = 0;
  let stop: Stop | undefined;

  /** Stops the world if this is the call to stop at; whoever lives on after that goes on. */
  function mayStop(number: number, when: Stop['when']): void {
    if (stop?.call === number && stop.when === when) stop.action();
  }

  return {
    count: () => count,
    stopAt(chosen) {
      stop = chosen;
    },
    begin: (name) => ({ name, alive: true }),

    call<T>(life: Life, name: string, facts: readonly unknown[], effect: () => T | Promise<T>): Promise<T> {
      if (!life.alive) return never();
      const number = ++count;
      trace.add(number, life.name, name, ...facts);
      mayStop(number, 'before');
      if (!life.alive) return never();
      const held = hold.before(name);
      const result = new Promise<T>((resolve) =>
        resolve(held === undefined ? effect() : held.then(() => (life.alive ? effect() : never<T>()))),
      );
      return new Promise<T>((resolve, reject) => {
        const answer = (settle: () => void, value: unknown) => {
          const heldBack = life.alive ? hold.after() : undefined;
          if (heldBack !== undefined) {
            void heldBack.then(() => answer(settle, value));
            return;
          }
          if (life.alive) mayStop(number, 'after');
          if (!life.alive) return;
          trace.add('=', number, value);
          settle();
        };
        result.then(
          (value) => answer(() => resolve(value), value),
          (error) => answer(() => reject(error), error),
        );
      });
    },

    ask<T>(life: Life, name: string, facts: readonly unknown[], effect: () => T): T {
      if (!life.alive) return effect();
      const number = ++count;
      mayStop(number, 'before');
      const value = effect();
      trace.add(number, life.name, name, ...facts, value);
      mayStop(number, 'after');
      return value;
    },
  };
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
