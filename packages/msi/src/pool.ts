/** Work that goes on side by side, with a limit. */

export type Pool = {
  /** Waits for room, begins the work, and resolves when it has begun: its failure is told by `settled`. */
  begin(weight: number, work: () => Promise<void>): Promise<void>;
  /** When all is done. @throws the first failure */
  settled(): Promise<void>;
};

/** @param limits how many, and how much weight, at a time; one piece of any weight may always run */
export function createPool(limits: { readonly count: number; readonly weight: number }): Pool {
  const running = new Set<Promise<void>>();
  let weightNow = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const check = () => {
    if (failure !== undefined) throw failure.thrown;
  };
  return {
    async begin(weight, work) {
      while (running.size > 0 && (running.size >= limits.count || weightNow + weight > limits.weight)) {
        await Promise.race(running);
      }
      check();
      weightNow += weight;
      const one: Promise<void> = work()
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => {
          weightNow -= weight;
          running.delete(one);
        });
      running.add(one);
    },
    async settled() {
      while (running.size > 0) await Promise.race(running);
      check();
    },
  };
}

/** Pieces at a time: as many as the kernel's flushes gain from. */
export const sideBySide = 8;

/** Does the same for every item, several at a time; all have ended when it resolves or rejects. @throws the first failure */
export async function forEachSideBySide<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failure: { readonly thrown: unknown } | undefined;
  const oneAfterTheOther = async (): Promise<void> => {
    for (const item of waiting) {
      try {
        await work(item);
      } catch (thrown) {
        failure ??= { thrown };
      }
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, items.length) }, oneAfterTheOther));
  if (failure !== undefined) throw failure.thrown;
}
