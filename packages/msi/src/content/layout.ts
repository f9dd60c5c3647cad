/** Where an extraction puts each file: the tree that msiextract makes of a package, with names that are safe. */
import { isHoldfastError } from '@holdfast/contract';
import { folded, safePath, safePaths } from '../cabinet/names.ts';
import type { Directory, Product, ProductFile } from '../product/model.ts';
import { badRow, tooMuch } from '../product/rows.ts';

/** Characters of one path; no system has longer ones. */
const mostCharacters = 32_767;
/** Characters of all paths together. */
const mostInAll = 32 * 1024 * 1024;

/**
 * Name of a directory in the tree; undefined where it is its parent. ProgramFilesFolder is the one standard folder
 * that msiextract calls by its name on a disk. A directory that is its parent at the target only keeps the name that
 * it has in the source: files that share a folder under different conditions stay apart.
 */
function nameOf({ id, target, source }: Directory): string | undefined {
  if (id === 'ProgramFilesFolder') return 'Program Files';
  const name = (target ?? source)?.long;
  return name === 'SourceDir' ? undefined : name;
}

/** Paths of all directories, with a `/` at their ends; parents exist and end, as `openProduct` has checked. */
function directoryPaths({ directories }: Product): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const directory of directories.values()) {
    const branch: Directory[] = [];
    for (let at: Directory | undefined = directory; at !== undefined && !paths.has(at.id); ) {
      branch.push(at);
      at = at.parent === undefined ? undefined : directories.get(at.parent);
    }
    for (const one of branch.reverse()) {
      const name = nameOf(one);
      const path = `${paths.get(one.parent ?? '') ?? ''}${name === undefined ? '' : `${name}/`}`;
      if (path.length > mostCharacters) throw tooMuch('Directory', one.id, 'its path is too long');
      paths.set(one.id, path);
    }
  }
  return paths;
}

function filePaths(product: Product): Map<ProductFile, string> {
  const directories = directoryPaths(product);
  const paths = new Map<ProductFile, string>();
  let characters = 0;
  for (const file of product.files.values()) {
    const directory = product.components.get(file.component)?.directory ?? '';
    const path = `${directories.get(directory) ?? ''}${file.name.long}`;
    characters += path.length;
    if (path.length > mostCharacters || characters > mostInAll) {
      throw tooMuch('File', file.id, 'the paths of files are too long');
    }
    paths.set(file, path);
  }
  return paths;
}

/**
 * Files of different components may have one path, where conditions let only one of them be installed. The last one
 * has it, as with msiextract; the others get their id behind the name.
 */
function apart(paths: ReadonlyMap<ProductFile, string>): Map<ProductFile, string> {
  const owners = new Map<string, ProductFile>();
  for (const [file, path] of [...paths].sort(([one], [other]) => one.sequence - other.sequence)) {
    owners.set(folded(path.replaceAll('/', '\\')), file);
  }
  const last = new Set(owners.values());
  return new Map([...paths].map(([file, path]) => [file, last.has(file) ? path : `${path}.${file.id}`]));
}

/** @throws HoldfastError `msi.invalid` for the file whose name could lead elsewhere */
function checkEach(paths: ReadonlyMap<ProductFile, string>): void {
  for (const [file, path] of paths) {
    try {
      safePath(path);
    } catch (thrown) {
      if (!isHoldfastError(thrown)) throw thrown;
      throw badRow('File', file.id, `${JSON.stringify(path.slice(0, 200))} could lead outside the folder`);
    }
  }
}

/**
 * Path of every file below the folder that is extracted to.
 * @throws HoldfastError `msi.invalid` where a name could lead outside the folder, `cab.invalid` where a file and a
 * folder have the same one, `msi.limit`
 */
export function extractionPaths(product: Product): ReadonlyMap<ProductFile, readonly string[]> {
  const named = apart(filePaths(product));
  checkEach(named);
  const safe = safePaths([...named.values()]);
  return new Map([...named.keys()].map((file, index) => [file, safe[index] ?? []]));
}
