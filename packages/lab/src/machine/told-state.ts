/** A fact of a simulated machine that others are told of when it changes: its power supply, its links, who works on it. */
import type { Watch } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { watchers } from './watchers.ts';

export type ToldState<T> = {
  get(): T;
  set(state: T): void;
  /** The machine starts again: whoever watched is no more. */
  restart(): void;
  /** What one life sees of it, as calls of this name. */
  seen(calls: Calls, life: Life, name: string): { look(): Promise<T>; readonly watch: Watch };
};

export function toldState<T>(first: T): ToldState<T> {
  const told = watchers();
  let state = first;
  return {
    get: () => state,
    set(next) {
      state = next;
      told.tell();
    },
    restart: told.forget,
    seen: (calls, life, name) => ({
      look: () => calls.call(life, name, [], () => state),
      watch: told.of(life),
    }),
  };
}
