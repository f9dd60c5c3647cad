/** Where the fields of a sound compound file are, and those of the database in it. Written for what the tests' writer makes. */
import { decodeStreamName } from '@holdfast/msi';
import { type Field, type Plan, planOf } from '../mutate.ts';

const headerFields: readonly Field[] = [
  { at: 0, width: 4, kind: 'signature' },
  { at: 26, width: 2, kind: 'version' },
  { at: 28, width: 2, kind: 'version' },
  { at: 30, width: 2, kind: 'version' },
  { at: 32, width: 2, kind: 'version' },
  { at: 56, width: 4, kind: 'version' },
  { at: 40, width: 4, kind: 'count' },
  { at: 44, width: 4, kind: 'count' },
  { at: 64, width: 4, kind: 'count' },
  { at: 72, width: 4, kind: 'count' },
  { at: 48, width: 4, kind: 'start' },
  { at: 60, width: 4, kind: 'start' },
  { at: 68, width: 4, kind: 'start' },
  ...[0, 1, 2, 108].map((index): Field => ({ at: 76 + index * 4, width: 4, kind: 'difat' })),
];
const miniSectorBytes = 64;

type Entry = { at: number; name: string; type: number; start: number; size: number };

/** The entries that are in use, `length` bytes of them from `at`. */
function entriesOf(view: DataView, at: number, length: number): Entry[] {
  return Array.from({ length: length / 128 }, (_, index) => at + index * 128)
    .filter((entry) => view.getUint8(entry + 66) !== 0)
    .map((entry) => {
      const units = Math.max(0, view.getUint16(entry + 64, true) / 2 - 1);
      const name = Array.from({ length: units }, (_, unit) =>
        String.fromCharCode(view.getUint16(entry + unit * 2, true)),
      ).join('');
      return {
        at: entry,
        name,
        type: view.getUint8(entry + 66),
        start: view.getUint32(entry + 116, true),
        size: view.getUint32(entry + 120, true),
      };
    });
}

function entryFields({ at }: Entry): Field[] {
  return [
    { at, width: 2, kind: 'character' },
    { at: at + 2, width: 2, kind: 'character' },
    { at: at + 64, width: 2, kind: 'nameBytes' },
    { at: at + 66, width: 1, kind: 'type' },
    { at: at + 67, width: 1, kind: 'colour' },
    { at: at + 68, width: 4, kind: 'sibling' },
    { at: at + 72, width: 4, kind: 'sibling' },
    { at: at + 76, width: 4, kind: 'sibling' },
    { at: at + 116, width: 4, kind: 'start' },
    { at: at + 120, width: 4, kind: 'size' },
    { at: at + 124, width: 4, kind: 'size' },
  ];
}

/** A piece of a stream, in bytes of the file. */
type Piece = { readonly at: number; readonly length: number };

/** All fields of one width from `at` on. */
function words(at: number, bytes: number, width: 2 | 4, kind: string): Field[] {
  return Array.from({ length: Math.floor(bytes / width) }, (_, index) => ({
    at: at + index * width,
    width,
    kind,
  }));
}

function kindOf(name: string, isTable: boolean): string {
  if (!isTable) return 'property';
  const kinds: Readonly<Record<string, string>> = {
    _StringPool: 'pool',
    _StringData: 'text',
    _Tables: 'reference',
    _Columns: 'column',
  };
  return kinds[name] ?? 'cell';
}

/** Finds sectors of a sound file that has its whole FAT in the header's list. */
function placesIn(view: DataView) {
  const sectorSize = 1 << view.getUint16(30, true);
  const placeOf = (sector: number) => (sector + 1) * sectorSize;
  const fatSectors = Array.from({ length: view.getUint32(44, true) }, (_, index) =>
    placeOf(view.getUint32(76 + index * 4, true)),
  );
  const perSector = sectorSize / 4;
  const fatAt = (sector: number) =>
    (fatSectors[Math.floor(sector / perSector)] ?? 0) + (sector % perSector) * 4;
  const chain = (start: number): Piece[] => {
    const pieces: Piece[] = [];
    for (let sector = start; sector < 0xffff_fff0; sector = view.getUint32(fatAt(sector), true)) {
      pieces.push({ at: placeOf(sector), length: sectorSize });
    }
    return pieces;
  };
  return { sectorSize, placeOf, fatAt, chain };
}

export type CompoundPlans = {
  /** Fields of the file: header, allocation, directory. */
  readonly container: Plan;
  /** Fields of what is in it: pool, columns, cells, properties; and the sizes of the streams. */
  readonly content: Plan;
};

/** Most fields of one stream that are listed. */
const mostWords = 400;

/** For a sound file; its sectors may lie in any order. */
export function compoundPlans(bytes: Uint8Array): CompoundPlans {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { sectorSize, placeOf, fatAt, chain } = placesIn(view);
  const sectors = bytes.length / sectorSize - 1;
  const entries = chain(view.getUint32(48, true)).flatMap(({ at, length }) => entriesOf(view, at, length));
  const [root] = entries;
  const miniStream = chain(root?.start ?? 0);
  const miniFat = chain(view.getUint32(60, true));
  const inChain = (pieces: readonly Piece[], position: number) =>
    (pieces[Math.floor(position / sectorSize)]?.at ?? 0) + (position % sectorSize);
  const piecesOf = ({ start, size }: Entry): Piece[] => {
    if (size >= 4096) return chain(start);
    const pieces: Piece[] = [];
    for (let sector = start, left = size; left > 0; left -= miniSectorBytes) {
      pieces.push({
        at: inChain(miniStream, sector * miniSectorBytes),
        length: Math.min(left, miniSectorBytes),
      });
      sector = view.getUint32(inChain(miniFat, sector * 4), true);
    }
    return pieces;
  };
  const miniSectors = Math.floor((root?.size ?? 0) / miniSectorBytes);
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
  const container: Field[] = [
    ...headerFields,
    ...numbered(sectors).map((sector): Field => ({ at: fatAt(sector), width: 4, kind: 'fat' })),
    ...numbered(miniSectors).map(
      (sector): Field => ({ at: inChain(miniFat, sector * 4), width: 4, kind: 'miniFat' }),
    ),
    ...entries.flatMap(entryFields),
  ];
  const content = entries
    .filter(({ type }) => type === 2)
    .flatMap((entry) => {
      const { name, isTable } = decodeStreamName(entry.name);
      const kind = kindOf(name, isTable);
      return piecesOf(entry)
        .flatMap(({ at, length }) => words(at, length, kind === 'property' ? 4 : 2, kind))
        .slice(0, mostWords);
    });
  const links = [...numbered(Math.min(sectors, 16)), sectors, sectors - 1];
  const values = {
    fat: links,
    miniFat: links,
    start: links,
    difat: links,
    sibling: entries.map((_, index) => index),
    type: [0, 1, 2, 3, 5],
    nameBytes: [0, 2, 4, 62, 64, 66],
    pool: [0, 1, 2, 0x8000, 0xffff, 1252, 932, 1200, 65001, 28602],
    column: [0x2d48, 0x1d00, 0x1104, 0x1900, 0x8001, 0x8002, 0x8000, 0, 1, 2, 3].map((type) => type ^ 0x8000),
    property: [0, 1, 2, 3, 30, 31, 64, 0xfffe, 0xffff_fffe],
  };
  const directory = entries.map(({ at }) => ({ at, length: 128 }));
  const wholeSectors = numbered(sectors).map((sector) => ({ at: placeOf(sector), length: sectorSize }));
  const sizes = entries.map(({ at }): Field => ({ at: at + 120, width: 4, kind: 'size' }));
  return {
    container: planOf(bytes, container, [...directory, ...wholeSectors], values),
    content: planOf(bytes, [...content, ...sizes], directory, values),
  };
}
