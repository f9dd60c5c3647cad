/** Group commit: what arrives together is committed together, so that one sync of the disk serves many. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { endOfTurn } from './turn.ts';

export type GroupCommit<Item, Result> = {
  /** Resolves after the commit that holds the item. @throws HoldfastError `site.unavailable` when too many wait */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
};

/** `commit` answers one result for each item, in order. */
export function groupCommit<Item, Result>(options: {
  /** Items in one commit. */
  readonly groupLimit: number;
  /** Items that may wait. */
  readonly queueLimit: number;
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
}): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  let running: Promise<void> | undefined;

  async function commitGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.commit(group.map((waiting) => waiting.item));
      for (const [index, waiting] of group.entries()) {
        const result = results[index];
        if (result === undefined) waiting.reject(new TypeError('a commit answered too few results'));
        else waiting.resolve(result);
      }
    } catch (thrown) {
      // A coded failure is the database's state; another may be one item's doing, and is then that item's alone.
      if (group.length > 1 && !isHoldfastError(thrown)) {
        for (const waiting of group) await commitGroup([waiting]);
      } else {
        for (const waiting of group) waiting.reject(thrown);
      }
    }
  }

  async function run(): Promise<void> {
    await endOfTurn();
    while (queue.length > 0) {
      const group = queue.slice(0, options.groupLimit);
      queue = queue.slice(options.groupLimit);
      await commitGroup(group);
      await endOfTurn();
    }
    running = undefined;
  }

  return {
    add(item) {
      if (queue.length >= options.queueLimit) {
        return Promise.reject(new HoldfastError('site.unavailable', 'Too many messages wait to be stored.'));
      }
      return new Promise<Result>((resolve, reject) => {
        queue.push({ item, resolve, reject });
        running ??= run();
      });
    },
    async idle() {
      await running;
    },
  };
}
