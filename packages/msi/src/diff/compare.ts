/** Comparing things of one kind by their ids. */
import type { Changes } from './model.ts';

/** Whether two facts say the same; they are plain data. */
function same(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** In the order of the package that has them. */
export function compare<Item extends { readonly id: string }>(
  before: readonly Item[],
  after: readonly Item[],
): Changes<Item> {
  const old = new Map(before.map((item) => [item.id, item]));
  const ids = new Set(after.map((item) => item.id));
  return {
    added: after.filter((item) => !old.has(item.id)),
    removed: before.filter((item) => !ids.has(item.id)),
    changed: after.flatMap((item) => {
      const was = old.get(item.id);
      return was === undefined || same(was, item) ? [] : [{ id: item.id, before: was, after: item }];
    }),
  };
}
