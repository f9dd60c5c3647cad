/** The files of a product: where each goes, its version or hash, and the cabinets that carry them. */
import { createHash } from 'node:crypto';
import { type DosTime, packCabinet } from '../cabinet/pack.ts';
import { fileVersion } from '../root/file-version.ts';
import type { ByteSink, ByteSource } from '../source.ts';
import type { Component, NamedFile } from './components.ts';
import type { ProductDescription } from './description.ts';
import type { Folder, Folders } from './folders.ts';
import { badFileName } from './names.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

/** Bytes of content in one cabinet: half of what the format allows. */
const mostCabinetBytes = 2 ** 30;
/** Files in one cabinet. */
const mostCabinetFiles = 32_000;
const pieceBytes = 1 << 20;
const fileBits = {
  readOnly: 0x1,
  hidden: 0x2,
  system: 0x4,
  vital: 0x200,
  checksum: 0x400,
  noncompressed: 0x2000,
} as const;

/** Opens what `source` of a file names. It is read several times, in pieces; the caller closes it in the end. */
export type ReadFile = (source: string) => Promise<ByteSource>;
/** A place for a cabinet: written first, read afterwards. */
export type Spool = () => Promise<{ readonly sink: ByteSink; source(): Promise<ByteSource> }>;

export type OpenedFile = NamedFile & {
  readonly component: Component;
  readonly folder: Folder;
  readonly content: ByteSource;
};

export type PlacedFile = OpenedFile & {
  /** From 1 on, in the order of the cabinets. */
  readonly sequence: number;
  readonly version: string | undefined;
  readonly language: string | undefined;
  /** Lower-case hexadecimal. */
  readonly md5: string;
  readonly sha256: string;
};

async function digests(content: ByteSource, field: string): Promise<{ md5: string; sha256: string }> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  for (let position = 0; position < content.size; position += pieceBytes) {
    const piece = await content.read(position, pieceBytes);
    if (piece.length < Math.min(pieceBytes, content.size - position)) {
      throw wrong(field, `it became shorter than its ${content.size} bytes while it was read`);
    }
    md5.update(piece);
    sha256.update(piece);
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex') };
}

async function openContent(file: NamedFile, readFile: ReadFile): Promise<ByteSource> {
  const field = `${file.field}.source`;
  const content = await readFile(file.it.source).catch((cause: unknown) => {
    throw wrong(field, `${file.it.source} cannot be read`, cause);
  });
  if (content.size > 0x7fff_ffff)
    throw wrong(field, 'it is larger than the 2 GiB that a package can install');
  return content;
}

/** Opens every file, and tells its folder of its name. */
export async function openFiles(
  components: readonly Component[],
  folders: Folders,
  readFile: ReadFile,
): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const component of components) {
    for (const file of component.files) {
      const bad = badFileName(file.name);
      if (bad !== undefined) throw wrong(`${file.field}.name`, `${JSON.stringify(file.name)}: ${bad}`);
      const folder = folders.at(component.it.folder, `${component.field}.folder`);
      folders.nameIn(folder, file.name);
      opened.push({ ...file, component, folder, content: await openContent(file, readFile) });
    }
  }
  return opened;
}

/** Hashes every file, and looks for its version. `told` of the bytes that were read. */
export async function readFiles(
  opened: readonly OpenedFile[],
  told: (count: number) => void,
): Promise<PlacedFile[]> {
  const placed: PlacedFile[] = [];
  for (const file of opened) {
    const found = file.it.version === undefined ? await fileVersion(file.content) : undefined;
    placed.push({
      ...file,
      sequence: placed.length + 1,
      version: file.it.version ?? found?.version,
      // The column has room for three.
      language: file.it.language ?? found?.languages.slice(0, 3).join(','),
      ...(await digests(counted(file.content, told), `${file.field}.source`)),
    });
  }
  return placed;
}

function attributesOf(file: PlacedFile): number {
  const { it } = file;
  return (
    (it.readOnly ? fileBits.readOnly : 0) |
    (it.hidden ? fileBits.hidden : 0) |
    (it.system ? fileBits.system : 0) |
    (it.vital === false ? 0 : fileBits.vital) |
    (it.checksum ? fileBits.checksum : 0)
  );
}

/** MsiFileHash, as MsiGetFileHash computes it: MD5 as four numbers, and nothing but zeros for an empty file. */
function hashParts({ md5, content }: PlacedFile): number[] {
  const bytes = Buffer.from(md5, 'hex');
  return [0, 4, 8, 12].map((at) => (content.size === 0 ? 0 : bytes.readInt32LE(at)));
}

export function writeFiles(files: readonly PlacedFile[], folders: Folders, rows: Rows): void {
  const byId = new Map(files.map((file) => [file.id, file]));
  for (const file of files) {
    const companion = file.it.companionOf;
    if (companion !== undefined && (!byId.has(companion) || companion === file.id)) {
      throw wrong(`${file.field}.companionOf`, `there is no other file with the id ${companion}`);
    }
    rows.add('File', file.field, {
      File: file.id,
      Component_: file.component.id,
      FileName: folders.storedName(file.folder, file.name),
      FileSize: file.content.size,
      Version: companion ?? file.version,
      Language: companion === undefined ? file.language : undefined,
      Attributes: attributesOf(file),
      Sequence: file.sequence,
    });
    if (companion !== undefined || file.version !== undefined) continue;
    const [HashPart1, HashPart2, HashPart3, HashPart4] = hashParts(file);
    rows.add('MsiFileHash', file.field, {
      File_: file.id,
      Options: 0,
      HashPart1,
      HashPart2,
      HashPart3,
      HashPart4,
    });
  }
}

function dosTime(moment: string): DosTime {
  const [year = 1980, month = 1, day = 1, hour = 0, minute = 0, second = 0] = moment.split(/\D+/).map(Number);
  return { year, month, day, hour, minute, second };
}

function* cabinetsOf(files: readonly PlacedFile[]): Generator<PlacedFile[]> {
  let cabinet: PlacedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (
      cabinet.length > 0 &&
      (cabinet.length === mostCabinetFiles || bytes + file.content.size > mostCabinetBytes)
    ) {
      yield cabinet;
      [cabinet, bytes] = [[], 0];
    }
    cabinet.push(file);
    bytes += file.content.size;
  }
  if (cabinet.length > 0) yield cabinet;
}

/** Something that is not a row: a stream of the package, or a file that has to lie beside it. */
export type Content = { readonly name: string; readonly content: ByteSource };
export type Carried = { readonly streams: Content[]; readonly beside: Content[] };

/** Where an uncompressed file lies below the package: the folders of its source, `/` between them. */
function sourcePath({ folder, name }: PlacedFile): string {
  const steps = [name];
  for (let at: Folder | undefined = folder; at !== undefined; at = at.parent) steps.unshift(at.name);
  return steps.join('/');
}

/** Packs the files, and writes the Media table. */
export async function carryFiles(
  files: readonly PlacedFile[],
  { media = {}, created }: ProductDescription,
  spool: Spool,
  rows: Rows,
  packed: (count: number) => void,
): Promise<Carried> {
  const carried: Carried = { streams: [], beside: [] };
  if (media.files === 'uncompressed' || files.length === 0) {
    rows.add('Media', 'media', { DiskId: 1, LastSequence: files.length });
    for (const file of files) carried.beside.push({ name: sourcePath(file), content: file.content });
    return carried;
  }
  const modified = created === undefined ? undefined : dosTime(created);
  for (const [index, cabinet] of [...cabinetsOf(files)].entries()) {
    const name = `${media.cabinetName ?? 'cab'}${index + 1}.cab`;
    const { sink, source } = await spool();
    await packCabinet(
      cabinet.map(({ id, content }) => ({
        name: id,
        content: counted(content, packed),
        ...(modified && { modified }),
      })),
      sink,
      { compression: media.compression ?? 'mszip' },
    );
    const embedded = media.files !== 'external';
    (embedded ? carried.streams : carried.beside).push({ name, content: await source() });
    rows.add('Media', 'media', {
      DiskId: index + 1,
      LastSequence: cabinet.at(-1)?.sequence,
      Cabinet: embedded ? `#${name}` : name,
    });
  }
  return carried;
}

/** Tells of every byte that is read. */
function counted(content: ByteSource, told: (count: number) => void): ByteSource {
  return {
    size: content.size,
    async read(position, length) {
      const piece = await content.read(position, length);
      told(piece.length);
      return piece;
    },
  };
}
