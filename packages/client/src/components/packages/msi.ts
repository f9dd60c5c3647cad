/** Reads the files of a Windows Installer package; in a file of its own, for few machines ever need it. */
import { type ByteSource, extractionPaths, openContent, openDatabase, openProduct } from '@holdfast/msi';
import type { PackageEntry } from './entry.ts';

/** Only what lies in the package: a client's has nothing beside it. @throws HoldfastError `msi.*`, `cab.*` */
export async function* msiEntries(source: ByteSource): AsyncGenerator<PackageEntry> {
  const database = await openDatabase(source);
  const product = await openProduct(database);
  const paths = extractionPaths(product);
  const contents = openContent(database, product, { neighbours: async () => undefined });
  for await (const { files, size, content } of contents.all()) {
    yield { paths: files.map((file) => (paths.get(file) ?? []).join('/')), size, content };
  }
}
