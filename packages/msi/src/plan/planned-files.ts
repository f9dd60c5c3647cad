/** Files and folders as they will be: reads see what was planned so far, and nothing is changed. */
import type { RootEntry } from '../root/files.ts';
import type { PlanMachine } from './machine.ts';

export type PlannedFiles = {
  /** What will be there; of a file that is placed anew only its size is known. */
  stat(path: string): Promise<RootEntry | undefined>;
  /** Names directly in a folder, in lower case. */
  names(path: string): Promise<ReadonlySet<string>>;
  isPlaced(path: string): boolean;
  /** Whether anything was planned for it: only then is it other than the machine has it. */
  isTouched(path: string): boolean;
  place(path: string, size: number): void;
  remove(path: string): void;
  createFolder(path: string): void;
};

/** Windows paths are compared like this: no `\` at the end, case does not count. */
export function foldPath(path: string): string {
  return path.replace(/\\+$/, '').toLowerCase();
}

export function parentFolder(path: string): string {
  const plain = path.replace(/\\+$/, '');
  const cut = plain.lastIndexOf('\\');
  return cut < 0 ? plain : plain.slice(0, cut);
}

export function plannedFiles(real: PlanMachine['files']): PlannedFiles {
  const planned = new Map<string, RootEntry | undefined>();
  /** Planned names by folder; true for those that will be there. */
  const byFolder = new Map<string, Map<string, boolean>>();
  const placed = new Set<string>();
  const known = new Map<string, Promise<RootEntry | undefined>>();

  function note(path: string, entry: RootEntry | undefined): void {
    const folded = foldPath(path);
    planned.set(folded, entry);
    const folder = parentFolder(folded);
    const names = byFolder.get(folder) ?? new Map<string, boolean>();
    byFolder.set(folder, names);
    names.set(folded.slice(folder.length + 1), entry !== undefined);
  }
  async function statReal(path: string): Promise<RootEntry | undefined> {
    const folded = foldPath(path);
    const before = known.get(folded) ?? real.stat(path);
    known.set(folded, before);
    return await before;
  }
  return {
    async stat(path) {
      const folded = foldPath(path);
      return planned.has(folded) ? planned.get(folded) : await statReal(path);
    },
    async names(path) {
      const isThere = (await statReal(path))?.kind === 'folder';
      const names = new Set(isThere ? (await real.list(path)).map((name) => name.toLowerCase()) : []);
      for (const [name, there] of byFolder.get(foldPath(path)) ?? []) {
        if (there) names.add(name);
        else names.delete(name);
      }
      return names;
    },
    isTouched: (path) => planned.has(foldPath(path)),
    isPlaced: (path) => placed.has(foldPath(path)),
    place(path, size) {
      placed.add(foldPath(path));
      note(path, { path, kind: 'file', size });
    },
    remove(path) {
      placed.delete(foldPath(path));
      note(path, undefined);
    },
    createFolder: (path) => note(path, { path: path.replace(/\\+$/, ''), kind: 'folder', size: 0 }),
  };
}
