/**
 * The version resource of a Windows program: numbers and languages, which decide whether a file is replaced.
 * Formats: learn.microsoft.com, "PE Format" (headers, .rsrc section), "VS_VERSIONINFO", "VS_FIXEDFILEINFO", "VarFileInfo".
 */
import type { ByteSource } from '../source.ts';

export type FileVersion = {
  /** `1.2.3.4`, of the fixed numbers and not of the text beside them, as the Windows Installer compares. */
  readonly version: string;
  /** Decimal language ids, ascending; empty where the resource names none. */
  readonly languages: readonly number[];
};

const mostSections = 96;
const mostEntries = 4096;
/** Bytes of a version resource: its own lengths are words. */
const mostResource = 0xffff;
const versionType = 16;
const fixedSignature = 0xfeef04bd;
const fixedLength = 52;
const directoryBit = 0x8000_0000;

/** Bytes at a position, all of them or none. */
async function viewAt(source: ByteSource, position: number, length: number): Promise<DataView | undefined> {
  if (position < 0 || length < 0 || position + length > source.size) return undefined;
  const bytes = await source.read(position, length);
  return bytes.length < length ? undefined : new DataView(bytes.buffer, bytes.byteOffset, length);
}

type Section = { readonly address: number; readonly size: number; readonly position: number };

type Image = { readonly resources: number; positionOf(address: number): number | undefined };

/** Address of the resources, and where addresses lie in the file. */
async function imageOf(source: ByteSource): Promise<Image | undefined> {
  const dos = await viewAt(source, 0, 64);
  if (dos?.getUint16(0, true) !== 0x5a4d) return undefined;
  const start = dos.getUint32(60, true);
  const header = await viewAt(source, start, 24);
  if (header?.getUint32(0, true) !== 0x4550) return undefined;
  const sectionCount = header.getUint16(6, true);
  const optionalLength = header.getUint16(20, true);
  const optional = await viewAt(source, start + 24, optionalLength);
  if (!optional || optionalLength < 2 || sectionCount > mostSections) return undefined;
  const wide = optional.getUint16(0, true) === 0x20b;
  // Data directories begin behind the fields, which are 16 bytes longer in a 64-bit image; resources are the third.
  const resourcesAt = (wide ? 112 : 96) + 2 * 8;
  if (resourcesAt + 8 > optionalLength) return undefined;
  const table = await viewAt(source, start + 24 + optionalLength, sectionCount * 40);
  if (!table) return undefined;
  const sections = Array.from({ length: sectionCount }, (_, index): Section => {
    const at = index * 40;
    const size = Math.max(table.getUint32(at + 8, true), table.getUint32(at + 16, true));
    return { address: table.getUint32(at + 12, true), size, position: table.getUint32(at + 20, true) };
  });
  return {
    resources: optional.getUint32(resourcesAt, true),
    positionOf(address) {
      const section = sections.find((one) => address >= one.address && address < one.address + one.size);
      return section && section.position + (address - section.address);
    },
  };
}

/**
 * Entry of one level of the resource tree: the one of an id, or the first.
 * @returns offset from the start of the resources, with the bit that says whether it is a directory
 */
async function entryOf(
  source: ByteSource,
  directory: number,
  id: number | undefined,
): Promise<number | undefined> {
  const head = await viewAt(source, directory, 16);
  if (!head) return undefined;
  const count = head.getUint16(12, true) + head.getUint16(14, true);
  if (count > mostEntries) return undefined;
  const entries = await viewAt(source, directory + 16, count * 8);
  if (!entries) return undefined;
  for (let at = 0; at < entries.byteLength; at += 8) {
    if (id === undefined || entries.getUint32(at, true) === id) return entries.getUint32(at + 4, true);
  }
  return undefined;
}

/** The version resource itself: type 16, whatever its name and language are. */
async function resourceOf(source: ByteSource): Promise<DataView | undefined> {
  const image = await imageOf(source);
  const base = image && image.resources > 0 ? image.positionOf(image.resources) : undefined;
  if (!image || base === undefined) return undefined;
  let offset: number | undefined = directoryBit;
  for (const id of [versionType, undefined, undefined]) {
    if (offset === undefined || offset < directoryBit) return undefined;
    offset = await entryOf(source, base + (offset - directoryBit), id);
  }
  if (offset === undefined || offset >= directoryBit) return undefined;
  const leaf = await viewAt(source, base + offset, 16);
  const position = leaf && image.positionOf(leaf.getUint32(0, true));
  if (!leaf || position === undefined) return undefined;
  return viewAt(source, position, Math.min(leaf.getUint32(4, true), mostResource));
}

type Block = {
  readonly key: string;
  readonly value: number;
  readonly valueEnd: number;
  readonly end: number;
};

const aligned = (at: number): number => (at + 3) & ~3;

/** One block of the resource: length, length of the value, type, key, value, blocks inside. */
function blockAt(view: DataView, at: number, end: number): Block | undefined {
  if (at + 6 > end) return undefined;
  const length = view.getUint16(at, true);
  const valueLength = view.getUint16(at + 2, true);
  if (length < 6 || at + length > end) return undefined;
  let key = '';
  let next = at + 6;
  for (; next + 2 <= at + length; next += 2) {
    const unit = view.getUint16(next, true);
    if (unit === 0) break;
    key += String.fromCharCode(unit);
  }
  const value = aligned(next + 2);
  return { key, value, valueEnd: Math.min(value + valueLength, at + length), end: at + length };
}

function* blocksIn(view: DataView, start: number, end: number): Generator<Block> {
  for (let at = start; ; ) {
    const block = blockAt(view, at, end);
    if (!block) return;
    yield block;
    at = aligned(block.end);
  }
}

function languagesIn(view: DataView, top: Block): readonly number[] {
  const found = new Set<number>();
  for (const info of blocksIn(view, aligned(top.valueEnd), top.end)) {
    if (info.key !== 'VarFileInfo') continue;
    for (const translation of blocksIn(view, info.value, info.end)) {
      for (let at = translation.value; at + 4 <= translation.valueEnd; at += 4) {
        found.add(view.getUint16(at, true));
      }
    }
  }
  return [...found].sort((one, other) => one - other);
}

/**
 * Version and languages of a file; undefined where it is no Windows program, has no version resource, or one that
 * cannot be right. Whatever the file claims, at most a few hundred KiB of it are read.
 */
export async function fileVersion(source: ByteSource): Promise<FileVersion | undefined> {
  const view = await resourceOf(source);
  const top = view && blockAt(view, 0, view.byteLength);
  if (!view || top?.key !== 'VS_VERSION_INFO') return undefined;
  if (top.value + fixedLength > view.byteLength || view.getUint32(top.value, true) !== fixedSignature) {
    return undefined;
  }
  const numbers = [8, 12].flatMap((at) => [
    view.getUint16(top.value + at + 2, true),
    view.getUint16(top.value + at, true),
  ]);
  return { version: numbers.join('.'), languages: languagesIn(view, top) };
}
