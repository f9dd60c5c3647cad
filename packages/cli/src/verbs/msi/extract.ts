/** `holdfast msi extract`: the files of a product, laid out as msiextract does. */
import { resolve } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import {
  type Content,
  type Database,
  extractionPaths,
  fileSource,
  type Neighbours,
  openContent,
  openProduct,
  type Product,
  type ProductFile,
} from '@holdfast/msi';
import type { Folder } from '@holdfast/ports';
import { bytes, facts, plain } from '../../terminal.ts';
import { extractAll, openTarget, progressLine, refuseExisting, type Unpacked } from '../extraction.ts';
import { type Session, text } from '../verb.ts';
import { withPackage } from './open.ts';
import { transformsOf } from './transform-option.ts';

type Paths = ReadonlyMap<ProductFile, readonly string[]>;

/**
 * Files beside a package, found without case; of several, the one in the case that was asked for. Folders are listed
 * once; links are not followed.
 */
export function neighboursIn(folder: Folder): Neighbours {
  const listed = new Map<string, Promise<ReadonlyMap<string, string>>>();
  async function namesIn(at: Folder): Promise<ReadonlyMap<string, string>> {
    const entries = await at.list();
    const anyCase = entries.map(({ name }) => [name.toLowerCase(), name] as const);
    return new Map([...anyCase, ...entries.map(({ name }) => [name, name] as const)]);
  }
  return async (path) => {
    await using opened = new AsyncDisposableStack();
    let at = folder;
    for (const [index, step] of path.entries()) {
      const names = listed.get(at.path) ?? namesIn(at);
      listed.set(at.path, names);
      const name = (await names).get(step) ?? (await names).get(step.toLowerCase());
      if (name === undefined) return undefined;
      const kind = (await at.entry(name))?.kind;
      if (kind !== (index + 1 < path.length ? 'folder' : 'file')) return undefined;
      if (kind === 'folder') {
        at = opened.use(await at.folder(name));
        continue;
      }
      const file = await at.read(name);
      return { ...(await fileSource(file)), [Symbol.asyncDispose]: () => file.close() };
    }
    return undefined;
  };
}

async function* unpackedTo(content: Content, paths: Paths): AsyncGenerator<Unpacked> {
  for await (const { files, size, content: pieces } of content.all()) {
    yield { paths: files.map((file) => paths.get(file) ?? []), size, content: pieces };
  }
}

function list(session: Session, product: Product, paths: Paths): void {
  const items = [...product.files.values()].map((file) => ({
    file: file.id,
    path: (paths.get(file) ?? []).join('/'),
    size: file.size,
    component: file.component,
    version: file.version ?? null,
  }));
  session.answer({ items }, () => items.map((item) => plain(item.path)).join('\n'));
}

export async function extract(
  session: Session,
  path: string,
  options: Record<string, unknown>,
): Promise<void> {
  const overwrite = options.overwrite === true;
  const directory = resolve(text(options, 'directory') ?? '.');
  const unpack = async (database: Database, _size: number, folder: Folder) => {
    const product = await openProduct(database);
    if (product.kind === 'transform' || product.kind === 'patch') {
      throw new HoldfastError('request.invalid', `This is a ${product.kind}: it has no files of its own.`);
    }
    const paths = extractionPaths(product);
    if (options.list === true) return list(session, product, paths);
    const content = openContent(database, product, { neighbours: neighboursIn(folder) });
    await using target = await openTarget(localDisk(), directory);
    if (!overwrite) await refuseExisting(target, paths.values());
    const total = [...product.files.values()].reduce((sum, file) => sum + file.size, 0);
    const progress = progressLine(session, total, 'extracting');
    let written = 0;
    await extractAll(target, unpackedTo(content, paths), overwrite, (count) => {
      written += count;
      progress.add(count);
    });
    progress.end();
    session.answer({ folder: directory, files: paths.size, bytes: written }, () =>
      facts([
        ['extracted', `${paths.size} files, ${bytes(written)}`],
        ['folder', directory],
      ]),
    );
  };
  await withPackage(path, unpack, transformsOf(options));
}
