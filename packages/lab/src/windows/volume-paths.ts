/** Windows paths on a simulated disk: whatever the case of their names. */
import type { FolderNode, Node } from '../disk/nodes.ts';

const drive = /^[Cc]:(?:\\|$)/;

/** What few paths have: nothing between two separators, other separators, `.` or `..`, characters that no name has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them.
const unusual = /[:/\u0000-\u001f\u007f-\u009f]|\\(?:\\|\.|$)|^[.\\]/;

/** Names below drive C; undefined for what is no absolute path there. */
export function namesOf(path: string): readonly string[] | undefined {
  if (!drive.test(path)) return undefined;
  const below = path.slice(3);
  if (below === '') return [];
  if (!unusual.test(below)) return below.split('\\');
  const names = below.split(/[\\/]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them.
  return names.some((name) => name === '.' || name === '..' || /[:\u0000-\u001f\u007f-\u009f]/.test(name))
    ? undefined
    : names.filter((name) => name !== '');
}

/** The name that an entry is stored under, whatever the case that it is asked with. */
export function storedName({ entries }: FolderNode, name: string): string | undefined {
  if (entries.has(name)) return name;
  const folded = name.toLowerCase();
  let found: string | undefined;
  for (const one of entries.keys()) {
    if (one.toLowerCase() === folded && (found === undefined || one < found)) found = one;
  }
  return found;
}

export type Way = { readonly folder: FolderNode; readonly path: string };
export type Found = {
  readonly folder: FolderNode;
  readonly name: string;
  readonly node: Node;
  readonly path: string;
};

export function wayTo(top: FolderNode, names: readonly string[]): Way | undefined {
  let way: Way = { folder: top, path: 'C:' };
  for (const name of names) {
    const stored = storedName(way.folder, name);
    const node = stored === undefined ? undefined : way.folder.entries.get(stored);
    if (node?.kind !== 'folder') return undefined;
    way = { folder: node, path: `${way.path}\\${stored}` };
  }
  return way;
}

export function find(top: FolderNode, names: readonly string[]): Found | undefined {
  const last = names.at(-1);
  const way = last === undefined ? undefined : wayTo(top, names.slice(0, -1));
  if (way === undefined || last === undefined) return undefined;
  const { folder, path } = way;
  const name = storedName(folder, last);
  const node = name === undefined ? undefined : folder.entries.get(name);
  return name === undefined || node === undefined
    ? undefined
    : { folder, name, node, path: `${path}\\${name}` };
}
