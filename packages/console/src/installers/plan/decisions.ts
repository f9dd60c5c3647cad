/** The words, signs and order in which a plan's decisions about files are shown: never by colour alone. */
import type { InstallerPlan, PlannedDecision, PlannedFile } from '@holdfast/contract/web';

export type DecisionLook = {
  readonly do: PlannedDecision;
  /** In a cell of the picture, and in the legend. */
  readonly sign: string;
  /** Of the files that it is decided for. */
  readonly words: string;
};

/** What touches a file comes first. */
export const decisionLooks: readonly DecisionLook[] = [
  { do: 'install', sign: '+', words: 'installed' },
  { do: 'replace', sign: '↻', words: 'replaced' },
  { do: 'remove', sign: '−', words: 'removed' },
  { do: 'keep', sign: '=', words: 'kept' },
  { do: 'leave', sign: '·', words: 'left, no longer the product’s' },
];

const looks = new Map(decisionLooks.map((look) => [look.do, look]));

export function lookOfDecision(decision: PlannedDecision): DecisionLook {
  return looks.get(decision) ?? { do: decision, sign: '?', words: decision };
}

/** `10 replaced, 208 kept`: the counts of a folder, or of all. */
export function countWords(counts: Readonly<Record<string, number>>): string {
  return decisionLooks
    .filter(({ do: decision }) => (counts[decision] ?? 0) > 0)
    .map(({ do: decision, words }) => `${(counts[decision] ?? 0).toLocaleString()} ${words}`)
    .join(', ');
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));

/** A folder of the picture. */
export type FolderView = {
  readonly path: string;
  /** Below the folder that all have in common; that folder itself is empty. */
  readonly below: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly files: readonly PlannedFile[];
  /** Files that the answer of the site does not have. */
  readonly untold: number;
};

/** The longest folder that holds all of them. */
export function commonFolder(paths: readonly string[]): string {
  const [first, ...others] = paths;
  if (first === undefined) return '';
  let names = first.split('\\');
  for (const other of others) {
    const theirs = other.toLowerCase().split('\\');
    const end = names.findIndex((name, at) => name.toLowerCase() !== theirs[at]);
    if (end >= 0) names = names.slice(0, end);
  }
  return names.join('\\');
}

export function foldersOf({ folders, decisions }: Pick<InstallerPlan, 'folders' | 'decisions'>) {
  const common = commonFolder(folders.map(({ path }) => path));
  const inside = Map.groupBy(decisions, ({ path }) => folderOf(path).toLowerCase());
  const views = folders.map(({ path, counts }): FolderView => {
    const files = inside.get(path.toLowerCase()) ?? [];
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const below = path.slice(common.length).replace(/^\\/, '');
    return { path, below, counts, files, untold: all - files.length };
  });
  return { common, views };
}
