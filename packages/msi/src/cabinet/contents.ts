/** The content of a cabinet's files, one after another, with the memory of a few blocks. */
import { HoldfastError } from '@holdfast/contract';
import { folderBytes } from './blocks.ts';
import { cabinetLimits } from './limits.ts';
import type { CabinetFile, CabinetSet, SetFolder } from './set.ts';
import { type WindowOf, windowsBySource } from './window.ts';

export type FileContent = {
  /** The files with this content: packers write the same content under several names only once. */
  readonly files: readonly CabinetFile[];
  /** Exactly the declared bytes, or an error. Read before the next one is asked for; what is left is passed over. */
  readonly content: AsyncIterable<Uint8Array>;
};

/** Reads forward in one unpacked folder. */
function folderCursor({ compression, parts }: SetFolder, windowOf: WindowOf) {
  const bytes = folderBytes(compression, parts, windowOf);
  let position = 0;
  let held: Uint8Array = new Uint8Array(0);
  async function take(most: number): Promise<Uint8Array> {
    while (held.length === 0) {
      const next = await bytes.next();
      if (next.done) throw new HoldfastError('cab.invalid', 'A folder ends before its files do.');
      held = next.value;
    }
    const piece = held.subarray(0, most);
    held = held.subarray(piece.length);
    position += piece.length;
    return piece;
  }
  return {
    async *read(offset: number, size: number): AsyncGenerator<Uint8Array> {
      while (position < offset) await take(offset - position);
      for (const end = offset + size; position < end; ) yield await take(end - position);
    },
    /** Bytes that were unpacked, whether or not they were asked for. */
    unpacked: () => position + held.length,
    close: () => bytes.return(undefined),
  };
}

/** Files of one folder by where they begin; those with the same content together. */
function byContent(files: readonly CabinetFile[]): CabinetFile[][] {
  const groups: CabinetFile[][] = [];
  for (const file of files.toSorted((a, b) => a.offset - b.offset || a.size - b.size)) {
    const last = groups.at(-1);
    const [twin] = last ?? [];
    if (twin?.offset === file.offset && twin.size === file.size) last?.push(file);
    else groups.push([file]);
  }
  return groups;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * Unpacks the files of a set, or those that are `wanted`, folder by folder. Errors: `cab.invalid` for damage,
 * `cab.incomplete` for a file that goes on in a cabinet that is missing, `cab.unsupported` for Quantum.
 */
export async function* unpack(
  set: CabinetSet,
  wanted: (file: CabinetFile) => boolean = () => true,
): AsyncGenerator<FileContent> {
  const chosen = Map.groupBy(set.files.filter(wanted), ({ folder }) => folder);
  const windowOf = windowsBySource();
  let unused = 0;
  for (const [index, folder] of set.folders.entries()) {
    const own = chosen.get(index);
    if (own === undefined) continue;
    const cursor = folderCursor(folder, windowOf);
    try {
      for (const files of byContent(own)) {
        const [first] = files;
        if (first === undefined) continue;
        if (!first.complete) {
          const missing = set.missing.map((name) => JSON.stringify(name)).join(', ');
          throw new HoldfastError(
            'cab.incomplete',
            `The file ${JSON.stringify(first.name)} is partly in a cabinet that is missing: ${missing}.`,
          );
        }
        yield { files, content: first.size === 0 ? nothing() : cursor.read(first.offset, first.size) };
      }
      unused += Math.max(0, cursor.unpacked() - folder.end);
      if (unused > cabinetLimits.unusedBytes) {
        throw new HoldfastError('cab.limit', `The folders have ${unused} bytes behind their files.`);
      }
    } finally {
      await cursor.close();
    }
  }
}
