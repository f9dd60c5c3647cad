/** A set of cabinets as one: folders and files that go on from one cabinet into the next are put together. */
import { HoldfastError } from '@holdfast/contract';
import { isPlainName } from '@holdfast/ports';
import type { ByteSource } from '../source.ts';
import { type FolderPart, mostBytes } from './blocks.ts';
import { type Cabinet, type Compression, type FileEntry, type Neighbour, readCabinet } from './layout.ts';
import { cabinetLimits } from './limits.ts';

export type SetFolder = {
  readonly compression: Compression;
  readonly parts: readonly FolderPart[];
  /** Where its last file ends, in bytes of what it unpacks to. */
  readonly end: number;
};

export type CabinetFile = Omit<FileEntry, 'folder'> & {
  /** Index into the folders of the set. */
  readonly folder: number;
  /** Whether all of it is in the cabinets that are there. */
  readonly complete: boolean;
};

export type CabinetSet = {
  readonly cabinets: readonly Cabinet[];
  readonly folders: readonly SetFolder[];
  /** In the order of the cabinets. */
  readonly files: readonly CabinetFile[];
  /** Names of neighbours that were not found. */
  readonly missing: readonly string[];
};

/** Opens a neighbour by its name, compared without case; undefined where there is none. */
export type OpenNeighbour = (name: string) => Promise<ByteSource | undefined>;

async function openNeighbour(
  of: Cabinet,
  { cabinet: name }: Neighbour,
  step: 1 | -1,
  open: OpenNeighbour,
): Promise<Cabinet | undefined> {
  if (!isPlainName(name, 'windows')) {
    throw new HoldfastError('cab.invalid', `The cabinet names ${JSON.stringify(name)} as its neighbour.`);
  }
  const source = await open(name);
  if (source === undefined) return undefined;
  const cabinet = await readCabinet(source);
  if (cabinet.setId !== of.setId || cabinet.index !== of.index + step) {
    throw new HoldfastError('cab.invalid', `${JSON.stringify(name)} belongs to another set or place.`);
  }
  return cabinet;
}

/** The cabinet and all its neighbours, in order; indexes grow by one, so this ends. */
async function collect(
  first: Cabinet,
  open: OpenNeighbour,
): Promise<{ cabinets: Cabinet[]; missing: string[] }> {
  const cabinets = [first];
  const missing: string[] = [];
  for (const step of [-1, 1] as const) {
    for (;;) {
      const last = step === 1 ? cabinets.at(-1) : cabinets[0];
      const neighbour = step === 1 ? last?.next : last?.previous;
      if (last === undefined || neighbour === undefined) break;
      if (cabinets.length >= cabinetLimits.cabinets) {
        throw new HoldfastError('cab.limit', `The set has more than ${cabinetLimits.cabinets} cabinets.`);
      }
      const found = await openNeighbour(last, neighbour, step, open);
      if (found === undefined) {
        missing.push(neighbour.cabinet);
        break;
      }
      if (step === 1) cabinets.push(found);
      else cabinets.unshift(found);
    }
  }
  return { cabinets, missing };
}

function sameCompression(one: Compression, other: Compression): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type Growing = { compression: Compression; parts: FolderPart[]; startsBefore: boolean; endsAfter: boolean };

/** Adds the folders of one cabinet; answers the place in the set of each. */
function addFolders(folders: Growing[], cabinet: Cabinet): readonly number[] {
  const goesOn = folders.at(-1)?.endsAfter === true;
  const fromPrevious = cabinet.files.some((file) => file.folder.fromPrevious);
  const goingOn = new Set(cabinet.files.flatMap(({ folder }) => (folder.intoNext ? [folder.index] : [])));
  if (goesOn !== fromPrevious && folders.length > 0) {
    throw new HoldfastError(
      'cab.invalid',
      'Two cabinets of the set do not agree on what goes on between them.',
    );
  }
  return cabinet.folders.map((folder, index) => {
    const part = { cabinet, position: folder.position, blocks: folder.blocks };
    const endsAfter = goingOn.has(index);
    const last = folders.at(-1);
    if (index === 0 && goesOn && last !== undefined) {
      if (!sameCompression(last.compression, folder.compression)) {
        throw new HoldfastError('cab.invalid', 'A folder goes on with another compression.');
      }
      last.parts.push(part);
      last.endsAfter = endsAfter;
    } else {
      const startsBefore = index === 0 && fromPrevious;
      folders.push({ compression: folder.compression, parts: [part], startsBefore, endsAfter });
    }
    return folders.length - 1;
  });
}

/** `cab.invalid` where files overlap, other than as the same content under two names, or end after their folder. */
function checkPlaces(files: readonly CabinetFile[], folders: readonly Growing[]): void {
  const ordered = files
    .filter((file) => file.size > 0)
    .sort((a, b) => a.folder - b.folder || a.offset - b.offset || a.size - b.size);
  const most = folders.map(({ parts }) => mostBytes(parts));
  let before: CabinetFile | undefined;
  for (const file of ordered) {
    if (file.complete && file.offset + file.size > (most[file.folder] ?? 0)) {
      throw new HoldfastError('cab.invalid', `The file ${JSON.stringify(file.name)} ends after its folder.`);
    }
    if (before?.folder === file.folder && before.offset + before.size > file.offset) {
      if (before.offset !== file.offset || before.size !== file.size) {
        throw new HoldfastError('cab.invalid', `The file ${JSON.stringify(file.name)} overlaps another.`);
      }
    }
    before = file;
  }
}

/**
 * Where the files of each folder end. `cab.limit` where too much between them belongs to none: it would be unpacked all the
 * same. (Where the beginning of a folder is in a cabinet that is missing, so are files.)
 */
function withEnds(folders: readonly Growing[], files: readonly CabinetFile[]): SetFolder[] {
  const ends = folders.map(() => 0);
  let unused = 0;
  for (const { folder, offset, size } of files.toSorted((a, b) => a.offset - b.offset)) {
    const end = ends[folder] ?? 0;
    if (size > 0 && folders[folder]?.startsBefore === false) unused += Math.max(0, offset - end);
    ends[folder] = Math.max(end, offset + size);
  }
  if (unused > cabinetLimits.unusedBytes) {
    throw new HoldfastError('cab.limit', `The folders have ${unused} bytes that belong to no file.`);
  }
  return folders.map(({ compression, parts }, index) => ({ compression, parts, end: ends[index] ?? 0 }));
}

function checkExpansion(files: readonly CabinetFile[], cabinets: readonly Cabinet[]): void {
  const packed = cabinets.reduce((sum, cabinet) => sum + cabinet.size, 0);
  const unpacked = files.reduce((sum, file) => sum + file.size, 0);
  const allowed = Math.max(packed * cabinetLimits.expansion, cabinetLimits.expansionFloorBytes);
  if (unpacked > allowed) {
    throw new HoldfastError(
      'cab.limit',
      `The cabinet of ${packed} bytes declares ${unpacked} bytes of files.`,
      {
        details: { allowed },
      },
    );
  }
}

/**
 * Opens the set that a cabinet belongs to, whichever of it was named. `open` finds the neighbours; without it the
 * cabinet stands alone. Errors: as `readCabinet`; `cab.limit` for more cabinets or files' bytes than a set may have.
 */
export async function openCabinetSet(
  source: ByteSource,
  open: OpenNeighbour = async () => undefined,
): Promise<CabinetSet> {
  const { cabinets, missing } = await collect(await readCabinet(source), open);
  const folders: Growing[] = [];
  const entries: { entry: FileEntry; folder: number }[] = [];
  for (const [order, cabinet] of cabinets.entries()) {
    const places = addFolders(folders, cabinet);
    for (const entry of cabinet.files) {
      // A file that goes on is listed in every cabinet that it touches: the first says all.
      if (order > 0 && entry.folder.fromPrevious) continue;
      entries.push({ entry, folder: places[entry.folder.index] ?? 0 });
    }
  }
  const files = entries.map(({ entry, folder }) => {
    const { startsBefore = false, endsAfter = false } = folders[folder] ?? {};
    const complete = !startsBefore && !(endsAfter && entry.folder.intoNext);
    return { ...entry, folder, complete };
  });
  checkPlaces(files, folders);
  checkExpansion(files, cabinets);
  return { cabinets, folders: withEnds(folders, files), files, missing };
}
