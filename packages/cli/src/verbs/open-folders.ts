/** Folders below one, opened once and kept open for what comes next in them. */
import type { Folder } from '@holdfast/ports';

/** Folders that are kept open while nobody uses them; a package may have thousands. */
const mostIdle = 64;

type Held = { readonly folder: Promise<Folder | undefined>; users: number };

/** One that could not be opened has told its user so, and has nothing to be closed. */
async function closed(folder: Held['folder']): Promise<void> {
  await (await folder.catch(() => undefined))?.close();
}

export type OpenFolders = AsyncDisposable & {
  /** Does `work` in the folder that `steps` lead to; undefined where it is missing and not to be made. */
  within<T>(steps: readonly string[], work: (folder: Folder) => Promise<T>): Promise<T | undefined>;
};

/**
 * Opens the folders below `root` step by step, each from the one that it lies in. `create` makes those that are missing;
 * without it what is missing once is taken to stay so.
 */
export function openFolders(root: Folder, create: boolean): OpenFolders {
  /** By path, those that were used last at the end. */
  const held = new Map<string, Held>();

  async function opened(steps: readonly string[]): Promise<Folder | undefined> {
    const name = steps.at(-1) ?? '';
    return within(steps.slice(0, -1), async (parent) => {
      if (!create && (await parent.entry(name)) === undefined) return undefined;
      return parent.folder(name, { create });
    });
  }

  async function closeIdle(): Promise<void> {
    for (const [path, { folder, users }] of held) {
      if (held.size <= mostIdle) return;
      if (users > 0) continue;
      held.delete(path);
      await closed(folder);
    }
  }

  async function within<T>(
    steps: readonly string[],
    work: (folder: Folder) => Promise<T>,
  ): Promise<T | undefined> {
    if (steps.length === 0) return work(root);
    const path = steps.join('/');
    const one = held.get(path) ?? { folder: opened(steps), users: 0 };
    held.delete(path);
    held.set(path, one);
    one.users += 1;
    try {
      const folder = await one.folder;
      return folder === undefined ? undefined : await work(folder);
    } finally {
      one.users -= 1;
      await closeIdle();
    }
  }

  return {
    within,
    async [Symbol.asyncDispose]() {
      const all = [...held.values()];
      held.clear();
      for (const { folder } of all) await closed(folder);
    },
  };
}
