/**
 * Packages as the installer reads them, each parsed and unpacked once in a process: where the bytes are those of one that is
 * known, that one is used.
 */
import { createHash } from 'node:crypto';
import {
  bytesSource,
  type Content,
  type Database,
  openContent,
  openDatabase,
  openProduct,
  type Product,
  type ProductFile,
} from '@holdfast/msi';

export type ParsedPackage = {
  readonly database: Database;
  readonly product: Product;
  readonly content: Content;
};

const byBytes = new WeakMap<Uint8Array, Promise<ParsedPackage>>();
const byHash = new Map<string, Promise<ParsedPackage>>();

/** A file of a package, and others with the same bytes. */
type Unpacked = { readonly files: readonly ProductFile[]; readonly bytes: Uint8Array };

async function unpack(content: Content): Promise<readonly Unpacked[]> {
  const unpacked: Unpacked[] = [];
  for await (const { files, content: pieces } of content.all()) {
    const read: Uint8Array[] = [];
    for await (const piece of pieces) read.push(Uint8Array.from(piece));
    unpacked.push({ files, bytes: Buffer.concat(read) });
  }
  return unpacked;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** The files of a package, unpacked when they are first asked for. */
function unpackedOnce(content: Content): Content {
  let known: Promise<readonly Unpacked[]> | undefined;
  async function* all(wanted: (file: ProductFile) => boolean = () => true) {
    known ??= unpack(content);
    for (const { files, bytes } of await known) {
      const found = files.filter(wanted);
      if (found.length > 0) yield { files: found, size: bytes.length, content: once(bytes) };
    }
  }
  return {
    all,
    async *read(file) {
      for await (const { content: bytes } of all((one) => one.id === file.id)) yield* bytes;
    },
  };
}

async function parse(bytes: Uint8Array): Promise<ParsedPackage> {
  const database = await openDatabase(bytesSource(bytes));
  const product = await openProduct(database);
  const content = openContent(database, product, { neighbours: async () => undefined });
  return { database, product, content: unpackedOnce(content) };
}

function parsedByHash(bytes: Uint8Array): Promise<ParsedPackage> {
  const hash = createHash('sha256').update(bytes).digest('base64');
  const known = byHash.get(hash) ?? parse(bytes);
  byHash.set(hash, known);
  return known;
}

/** A package by its bytes, which nobody writes into. @throws HoldfastError `msi.invalid`, `msi.limit` */
export function parsedPackage(bytes: Uint8Array): Promise<ParsedPackage> {
  const known = byBytes.get(bytes) ?? parsedByHash(bytes);
  byBytes.set(bytes, known);
  return known;
}
