/** Every file that will be placed is written beside the place first: durable and verified, seen by nobody. */
import type { WindowsHost } from '../host/model.ts';
import type { FileBytes, Operation } from '../plan/model.ts';
import { createPool, type Pool, sideBySide } from '../pool.ts';
import type { ProductFile } from '../product/model.ts';
import type { Area } from './area.ts';
import { installerErrors, installerFailure } from './failure.ts';
import { type FileFacts, piecesOf, stageHashed } from './kept-files.ts';
import type { RunSource, RunSources } from './model.ts';

type Files = WindowsHost['files'];
type Placing = Extract<Operation, { kind: 'place-file' }> & { readonly number: number };

/** Bytes of files that are in memory at a time, on their way to the disk; larger files go there piece by piece. */
const heldBytes = 16 << 20;

export type Staged = ReadonlyMap<number, FileFacts>;

/** One staging under way. */
type Staging = {
  readonly files: Files;
  readonly area: Area;
  readonly sources: RunSources;
  readonly pool: Pool;
  readonly staged: Map<number, FileFacts>;
  readonly done: () => void;
};

function placingsOf(operations: readonly Operation[]): readonly Placing[] {
  return operations.flatMap((operation, number) =>
    operation.kind === 'place-file' ? [{ ...operation, number }] : [],
  );
}

function sourceOf(sources: RunSources, productCode: string): RunSource {
  const source = sources.get(productCode.toUpperCase());
  if (source !== undefined) return source;
  throw installerFailure(
    installerErrors.sourceMissing,
    [productCode],
    `The package of ${productCode} is not at hand, and files of it are to be placed.`,
  );
}

async function put(
  staging: Staging,
  { number, modified }: Placing,
  content: AsyncIterable<Uint8Array>,
  size: number,
): Promise<void> {
  const { files, area, staged, done } = staging;
  staged.set(number, await stageHashed(files, area.staged(number), content, size, modified));
  done();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function whole(content: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let position = 0;
  for await (const piece of content) {
    bytes.set(piece.subarray(0, size - position), position);
    position += piece.length;
  }
  return bytes.subarray(0, Math.min(position, size));
}

/** A copy of a file on the machine, or of one that waits to be placed there. */
async function copy(staging: Staging, placing: Placing, from: string): Promise<void> {
  const copied = await staging.files.read(from, async (source) => {
    await put(staging, placing, piecesOf(source), source.size);
    return true;
  });
  if (copied === true) return;
  throw installerFailure(installerErrors.sourceMissing, [from], `${from} is not there to be copied.`);
}

/** Unpacks what one product gives: each cabinet once, its files flushed side by side. */
async function fromPackage(
  staging: Staging,
  productCode: string,
  placings: readonly Placing[],
): Promise<void> {
  const { content } = sourceOf(staging.sources, productCode);
  const wanted = new Map<string, Placing[]>();
  for (const placing of placings) {
    if (placing.bytes.from !== 'package') continue;
    const those = wanted.get(placing.bytes.file);
    if (those) those.push(placing);
    else wanted.set(placing.bytes.file, [placing]);
  }
  for await (const one of content.all((file: ProductFile) => wanted.has(file.id))) {
    const targets = one.files.flatMap(({ id }) => wanted.get(id) ?? []);
    for (const { id } of one.files) wanted.delete(id);
    const [first, ...others] = targets;
    if (first === undefined) continue;
    if (one.size <= heldBytes) {
      const bytes = await whole(one.content, one.size);
      for (const target of targets) {
        await staging.pool.begin(one.size, () => put(staging, target, once(bytes), one.size));
      }
      continue;
    }
    await put(staging, first, one.content, one.size);
    for (const target of others) await copy(staging, target, staging.area.staged(first.number));
  }
  const [missing] = wanted.keys();
  if (missing === undefined) return;
  throw installerFailure(installerErrors.sourceMissing, [missing], `The package has no file ${missing}.`);
}

/** Everything but files of a package. */
async function fromElsewhere(
  staging: Staging,
  placing: Placing,
  bytes: Exclude<FileBytes, { from: 'package' }>,
  placings: readonly Placing[],
): Promise<void> {
  if (bytes.from === 'memory') {
    const content = Uint8Array.from(Buffer.from(bytes.base64, 'base64'));
    return await put(staging, placing, once(content), content.length);
  }
  if (bytes.from === 'database') {
    const { source } = sourceOf(staging.sources, bytes.product);
    return await put(staging, placing, piecesOf(source), source.size);
  }
  if (bytes.from === 'stream') {
    const stream = sourceOf(staging.sources, bytes.product).database.stream(bytes.stream);
    if (stream !== undefined) return await put(staging, placing, piecesOf(stream), stream.size);
    throw installerFailure(
      installerErrors.streamUnopened,
      [bytes.stream],
      `The package has no stream ${bytes.stream}.`,
    );
  }
  // An earlier operation may bring the file that this one copies.
  const folded = bytes.path.toLowerCase();
  const earlier = placings.findLast(
    ({ number, path }) => number < placing.number && path.toLowerCase() === folded,
  );
  await copy(staging, placing, earlier === undefined ? bytes.path : staging.area.staged(earlier.number));
}

/** Room for all that is staged, and some for the rest. @throws HoldfastError `installer.failed` */
async function checkRoom({ files, area }: Pick<Staging, 'files' | 'area'>, bytes: number): Promise<void> {
  const free = await files.freeBytes(area.path);
  if (free >= bytes) return;
  const kilobytes = (count: number) => Math.ceil(count / 1024);
  throw installerFailure(
    installerErrors.noRoom,
    [area.path.slice(0, 2), kilobytes(bytes), kilobytes(free)],
    `The drive ${area.path.slice(0, 2)} has ${kilobytes(free)} KB free, and ${kilobytes(bytes)} KB are needed.`,
  );
}

/**
 * Stages what the plan places. All flushes have ended when it resolves or rejects.
 * @throws HoldfastError `installer.failed`, `disk.*`, `cab.*`, `msi.*`
 */
export async function stageAll(
  files: Files,
  area: Area,
  operations: readonly Operation[],
  sources: RunSources,
  progress: (done: number, total: number) => void,
): Promise<Staged> {
  const placings = placingsOf(operations);
  await checkRoom(
    { files, area },
    placings.reduce((sum, { size }) => sum + size, 0),
  );
  const staged = new Map<number, FileFacts>();
  const pool = createPool({ count: sideBySide, weight: heldBytes });
  const done = () => progress(staged.size, placings.length);
  const staging: Staging = { files, area, sources, pool, staged, done };
  const byProduct = Map.groupBy(placings, ({ bytes }) => (bytes.from === 'package' ? bytes.product : ''));
  try {
    for (const [productCode, those] of byProduct) {
      if (productCode !== '') await fromPackage(staging, productCode, those);
    }
  } finally {
    await pool.settled();
  }
  // After those of packages: they may be copies of them.
  for (const placing of placings) {
    if (placing.bytes.from !== 'package') await fromElsewhere(staging, placing, placing.bytes, placings);
  }
  return staged;
}
