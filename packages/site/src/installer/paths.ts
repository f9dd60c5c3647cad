/** Where the files of a package come to lie. */
import type { Evaluation, Product } from '@holdfast/msi';

/**
 * Full paths by file id: on an ordinary machine where the package could be evaluated, else below the folders that
 * Windows knows by property (`[ProgramFilesFolder]\PuTTY\putty.exe`).
 */
export function targetPaths(
  product: Product,
  evaluation: Evaluation | undefined,
): ReadonlyMap<string, string> {
  return evaluation?.files ?? symbolicPaths(product);
}

function symbolicPaths(product: Product): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const folder = (id: string): string => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const directory = product.directories.get(id);
    const parent = directory?.parent;
    const path =
      parent === undefined || /Folder$/.test(id)
        ? `[${id}]`
        : directory?.target === undefined
          ? folder(parent)
          : `${folder(parent)}\\${directory.target.long}`;
    known.set(id, path);
    return path;
  };
  const paths = new Map<string, string>();
  for (const { id, component, name } of product.files.values()) {
    const directory = product.components.get(component)?.directory ?? 'TARGETDIR';
    paths.set(id, `${folder(directory)}\\${name.long}`);
  }
  return paths;
}
