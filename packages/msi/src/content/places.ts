/** In which cabinet, or where beside the package, the bytes of a file are. */
import { isPlainName, nameLimit } from '@holdfast/ports';
import { moduleCabinet } from '../database/kind.ts';
import type { FileName, Media, Product, ProductFile } from '../product/model.ts';
import { badRow } from '../product/rows.ts';

/** Bits of File.Attributes. */
const fileBits = { noncompressed: 0x2000, compressed: 0x4000, patchAdded: 0x1000 } as const;

export type Cabinet = { readonly name: string; readonly embedded: boolean };

export type Place =
  | { readonly kind: 'cabinet'; readonly cabinet: Cabinet }
  /** Paths beside the package, the one that its summary says first. */
  | { readonly kind: 'beside'; readonly paths: readonly (readonly string[])[] };

/** The Word Count summary decides, and the file's own bits before it; an administrative image has no cabinets. */
function isCompressed({ sourceLayout }: Product, { attributes }: ProductFile): boolean {
  if (sourceLayout.administrative) return false;
  if ((attributes & (fileBits.compressed | fileBits.patchAdded)) !== 0) return true;
  return (attributes & fileBits.noncompressed) === 0 && sourceLayout.compressed;
}

/** The first disk whose last sequence is not before the file's. */
function mediaFinder(media: readonly Media[]): (sequence: number) => Media | undefined {
  const sorted = [...media].sort((one, other) => one.lastSequence - other.lastSequence);
  return (sequence) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.lastSequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return sorted[low];
  };
}

type Pick = (name: FileName) => string;

function step(table: string, id: string, name: string): string {
  if (name.length <= nameLimit && isPlainName(name, 'windows')) return name;
  throw badRow(table, id, `${JSON.stringify(name.slice(0, 200))} could lead outside the source`);
}

/** Steps from the folder of the package to a directory of the source, whose root is that folder whatever it is called. */
function directorySteps({ directories }: Product, pick: Pick): (id: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const stepsTo = (id: string): readonly string[] => {
    const directory = directories.get(id);
    if (directory?.parent === undefined) return [];
    const before = known.get(id);
    if (before !== undefined) return before;
    const { parent, source } = directory;
    const above = stepsTo(parent);
    const steps = source === undefined ? above : [...above, step('Directory', id, pick(source))];
    known.set(id, steps);
    return steps;
  };
  return stepsTo;
}

function fileSteps(product: Product, pick: Pick): (file: ProductFile) => readonly string[] {
  const stepsTo = directorySteps(product, pick);
  return ({ id, component, name }) => {
    const directory = product.components.get(component)?.directory ?? '';
    return [...stepsTo(directory), step('File', id, pick(name))];
  };
}

/**
 * Files of a compressed source that are not compressed themselves lie beside the package, the others in the tree of
 * the source names. Images that were copied with the other kind of names are found too.
 */
function pathsBeside(product: Product): (file: ProductFile) => readonly (readonly string[])[] {
  const long = fileSteps(product, (name) => name.long);
  const short = fileSteps(product, (name) => name.short);
  const { shortNames, compressed, administrative } = product.sourceLayout;
  return (file) => {
    const trees = shortNames ? [short(file), long(file)] : [long(file), short(file)];
    const flat = trees.map((path) => path.slice(-1));
    return compressed && !administrative ? [...flat, ...trees] : trees;
  };
}

/**
 * Places of files. Errors of the answered function: `msi.invalid` where a file is on no disk of the Media table, or
 * has a name that could lead elsewhere.
 */
export function placeFinder(product: Product): (file: ProductFile) => Place {
  const mediaOf = mediaFinder(product.media);
  const beside = pathsBeside(product);
  return (file) => {
    if (product.kind === 'merge-module') {
      return { kind: 'cabinet', cabinet: { name: moduleCabinet, embedded: true } };
    }
    if (!isCompressed(product, file)) return { kind: 'beside', paths: beside(file) };
    const media = mediaOf(file.sequence);
    if (media === undefined) {
      throw badRow('File', file.id, `its sequence ${file.sequence} is on no disk of the Media table`);
    }
    const { cabinet, disk } = media;
    if (cabinet === undefined) return { kind: 'beside', paths: beside(file) };
    if (!cabinet.embedded) step('Media', String(disk), cabinet.name);
    return { kind: 'cabinet', cabinet };
  };
}
