/** The bytes of a product's files: out of cabinets inside and beside the package, and of files beside it. */
import { HoldfastError } from '@holdfast/contract';
import { unpack } from '../cabinet/contents.ts';
import { cabinetLimits } from '../cabinet/limits.ts';
import { type CabinetSet, openCabinetSet } from '../cabinet/set.ts';
import type { Database } from '../database/database.ts';
import type { Product, ProductFile } from '../product/model.ts';
import type { ByteSource } from '../source.ts';
import { type Cabinet, placeFinder } from './places.ts';

/** A file beside the package, open until it is disposed of. */
export type Neighbour = ByteSource & AsyncDisposable;

/**
 * Opens a file by its path below the folder of the package, every step compared without case; undefined where there is
 * none. Steps are plain names.
 */
export type Neighbours = (path: readonly string[]) => Promise<Neighbour | undefined>;

export type ProductContent = {
  /** Files with these bytes: packers write the same content under several names only once. */
  readonly files: readonly ProductFile[];
  /** Bytes that the source has. */
  readonly size: number;
  /** Read before the next one is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
};

export type Content = {
  /**
   * The files, or those that are wanted: cabinet by cabinet in the order of the disks, each read once.
   * @throws HoldfastError `cab.incomplete` naming the file that was looked for and not found; as `unpack`; as reading
   */
  all(wanted?: (file: ProductFile) => boolean): AsyncGenerator<ProductContent>;
  /** The bytes of one file; what lies before it in its cabinet is unpacked and passed over. Errors as `all`. */
  read(file: ProductFile): AsyncGenerator<Uint8Array>;
};

type Source = { readonly database: Database; readonly neighbours: Neighbours };

const keyOf = ({ name, embedded }: Cabinet) => (embedded ? `#${name}` : name.toLowerCase());

function incomplete(what: string, lookedFor: string): HoldfastError {
  return new HoldfastError('cab.incomplete', `${what}: ${lookedFor} is missing.`, {
    details: { missing: lookedFor },
  });
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < source.size; ) {
    const piece = await source.read(position, cabinetLimits.chunkBytes);
    if (piece.length === 0) return;
    position += piece.length;
    yield piece;
  }
}

/** Opens cabinets, remembers which, and closes those that lie beside the package. */
function cabinetOpener({ database, neighbours }: Source) {
  const open: Neighbour[] = [];
  const keys = new Set<string>();
  async function find({ name, embedded }: Cabinet): Promise<ByteSource | undefined> {
    keys.add(keyOf({ name, embedded }));
    if (embedded) return database.stream(name);
    const found = await neighbours([name]);
    if (found !== undefined) open.push(found);
    return found;
  }
  return {
    /** Of every cabinet that was asked for. */
    keys: keys as ReadonlySet<string>,
    /** A set may go on inside the package or beside it. */
    async set(first: Cabinet): Promise<CabinetSet> {
      const source = await find(first);
      if (source === undefined) {
        const where = first.embedded ? 'in the package' : 'beside the package';
        throw incomplete('The files of the product', `the cabinet ${JSON.stringify(first.name)} ${where}`);
      }
      return openCabinetSet(
        source,
        async (name) =>
          (first.embedded ? await find({ name, embedded: true }) : undefined) ??
          (await find({ name, embedded: false })),
      );
    },
    async close(): Promise<void> {
      for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
    },
  };
}

type Group = { readonly cabinet: Cabinet; readonly files: ProductFile[] };

/** Unpacks the files of a cabinet, and of the others that belong to its set. */
async function* fromCabinet(
  source: Source,
  { cabinet }: Group,
  waiting: Map<string, Group>,
): AsyncGenerator<ProductContent> {
  const opener = cabinetOpener(source);
  try {
    const set = await opener.set(cabinet);
    const pending = new Map<string, ProductFile>();
    for (const key of opener.keys) {
      for (const file of waiting.get(key)?.files ?? []) pending.set(file.id, file);
      waiting.delete(key);
    }
    for await (const { files, content } of unpack(set, (file) => pending.has(file.name))) {
      const found = files.flatMap(({ name }) => pending.get(name) ?? []);
      for (const { id } of found) pending.delete(id);
      if (found.length > 0) yield { files: found, size: files[0]?.size ?? 0, content };
    }
    for (const file of pending.values()) {
      throw incomplete(`The cabinet ${JSON.stringify(cabinet.name)}`, `the file ${JSON.stringify(file.id)}`);
    }
  } finally {
    await opener.close();
  }
}

async function* fromBeside(
  { neighbours }: Source,
  file: ProductFile,
  paths: readonly (readonly string[])[],
): AsyncGenerator<ProductContent> {
  for (const path of paths) {
    const found = await neighbours(path);
    if (found === undefined) continue;
    try {
      yield { files: [file], size: found.size, content: pieces(found) };
    } finally {
      await found[Symbol.asyncDispose]();
    }
    return;
  }
  const lookedFor = JSON.stringify((paths[0] ?? []).join('/'));
  throw incomplete('The source of the product', `the file ${lookedFor} beside the package`);
}

/** The bytes of a product's files. Nothing is opened until they are asked for. */
export function openContent(
  database: Database,
  product: Product,
  { neighbours }: { readonly neighbours: Neighbours },
): Content {
  const source = { database, neighbours };
  const placeOf = placeFinder(product);
  async function* all(wanted: (file: ProductFile) => boolean = () => true): AsyncGenerator<ProductContent> {
    const waiting = new Map<string, Group>();
    const files = [...product.files.values()].filter(wanted);
    for (const file of files.sort((one, other) => one.sequence - other.sequence)) {
      const place = placeOf(file);
      if (place.kind === 'beside') {
        yield* fromBeside(source, file, place.paths);
        continue;
      }
      const key = keyOf(place.cabinet);
      const group = waiting.get(key);
      if (group === undefined) waiting.set(key, { cabinet: place.cabinet, files: [file] });
      else group.files.push(file);
    }
    for (const [key, group] of [...waiting]) {
      if (waiting.has(key)) yield* fromCabinet(source, group, waiting);
    }
  }
  return {
    all,
    async *read(file) {
      for await (const { content } of all((one) => one.id === file.id)) yield* content;
    },
  };
}
