/** What goes into an archive: files, folders and links of root, all of one time. */

export type ArchiveEntry = {
  /** Relative, `/` between names, none at its end. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
} & (
  | { readonly kind: 'file'; readonly content: Uint8Array }
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly target: string }
);

/** The entries with a folder before each that is in it and has none of its own, sorted by path. */
export function withFolders(entries: readonly ArchiveEntry[], mode = 0o755): ArchiveEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (byPath.has(folder)) break;
      byPath.set(folder, { path: folder, kind: 'folder', mode });
    }
  }
  return [...byPath.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}
