/**
 * Windows paths of directories. Source: "Directory Table", Remarks,
 * learn.microsoft.com/windows/win32/msi/directory-table.
 */
import { isPlainName, nameLimit } from '@holdfast/ports';
import type { Directory, FileName, Product } from '../product/model.ts';
import { badRow, tooMuch } from '../product/rows.ts';

/** Characters of a path, as far as Windows goes. */
const mostCharacters = 32_767;

/** With single `\`, one of them at the end. The two in front of a share stay. */
export function directoryPath(value: string): string {
  const share = /^[\\/]{2}/.test(value) ? '\\' : '';
  return `${share}${value.replaceAll('/', '\\').replace(/\\+/g, '\\')}\\`.replace(/\\\\$/, '\\');
}

export type DirectoryRequest = {
  readonly product: Product;
  /** A property with the name of a directory is its path. */
  property(name: string): string | undefined;
  /** Paths that stay as they are. */
  readonly settled?: ReadonlyMap<string, string>;
};

/** @throws HoldfastError `msi.invalid` for a name that no file of Windows has */
export function windowsName(table: string, id: string, name: FileName, short: boolean): string {
  const chosen = short ? name.short : name.long;
  if (chosen.length <= nameLimit && isPlainName(chosen, 'windows')) return chosen;
  throw badRow(table, id, `${JSON.stringify(chosen.slice(0, 200))} is no name for a file or folder`);
}

/**
 * Paths of all directories, each with a `\` at its end.
 * @throws HoldfastError `msi.invalid` where a name could lead elsewhere, `msi.limit`
 */
export function resolveDirectories({
  product,
  property,
  settled = new Map(),
}: DirectoryRequest): Map<string, string> {
  const short = property('SHORTFILENAMES') !== undefined;
  const paths = new Map(settled);
  function below(directory: Directory, parent: string): string {
    const { id, target } = directory;
    const own = property(id);
    if (own !== undefined) return directoryPath(own);
    if (directory.parent === undefined) return directoryPath(property('ROOTDRIVE') ?? 'C:\\');
    return target === undefined ? parent : `${parent}${windowsName('Directory', id, target, short)}\\`;
  }
  for (const directory of product.directories.values()) {
    const branch: Directory[] = [];
    let at: Directory | undefined = directory;
    while (at !== undefined && !paths.has(at.id)) {
      branch.push(at);
      at = product.directories.get(at.parent ?? '');
    }
    for (const one of branch.reverse()) {
      const path = below(one, paths.get(one.parent ?? '') ?? '');
      if (path.length > mostCharacters) throw tooMuch('Directory', one.id, 'its path is too long');
      paths.set(one.id, path);
    }
  }
  return paths;
}
