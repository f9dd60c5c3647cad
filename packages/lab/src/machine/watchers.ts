/** Those who watch a part of a simulated machine: told while they live, forgotten when the machine starts again. */
import type { Watch } from '@holdfast/ports';
import type { Life } from '../world/calls.ts';

export type Watchers = {
  /** The watch of one life's port. */
  of(life: Life): Watch;
  tell(): void;
  forget(): void;
};

export function watchers(): Watchers {
  const all = new Set<() => void>();
  return {
    of: (life) => (changed) => {
      const told = () => {
        if (life.alive) changed();
      };
      all.add(told);
      return () => all.delete(told);
    },
    tell() {
      for (const told of [...all]) told();
    },
    forget: () => all.clear(),
  };
}
