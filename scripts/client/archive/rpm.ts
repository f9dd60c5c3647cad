/** Writes .rpm packages, version 3 of the format with digests of the newer ones; on any platform and without rpm. */
import { createHash } from 'node:crypto';
import { contentOf, cpioPieces, fullMode } from './cpio.ts';
import type { ArchiveEntry } from './entry.ts';
import { gzipPieces } from './gzip.ts';
import { type RpmValue, regions, rpmHeader } from './rpm-header.ts';

/** What a package says of itself; times in seconds since 1970. */
export type RpmPackage = {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly architecture: string;
  readonly summary: string;
  readonly description: string;
  readonly license: string;
  readonly url: string;
  readonly vendor: string;
  readonly time: number;
  /** What must be there: names of packages, capabilities or files. */
  readonly requires: readonly string[];
  /** Shell scripts; their first argument is how many versions there will be afterwards. */
  readonly scripts: {
    readonly afterInstall: string;
    readonly beforeRemoval: string;
    readonly afterRemoval: string;
  };
  /** Sorted by path; those of others, such as /usr, are not among them. */
  readonly entries: readonly ArchiveEntry[];
};

const shell = '/bin/sh';
const sha256Algorithm = 8;
const sense = { less: 2, equal: 8, rpmlib: 1 << 24 } as const;
/** Features of rpm that the package uses, with the versions since when there are such. */
const features: readonly [name: string, version: string][] = [
  ['rpmlib(CompressedFileNames)', '3.0.4-1'],
  ['rpmlib(FileDigests)', '4.6.0-1'],
  ['rpmlib(PayloadFilesHavePrefix)', '4.0-1'],
];

const string = (text: string): RpmValue => ({ kind: 'string', text });
const strings = (texts: readonly string[]): RpmValue => ({ kind: 'strings', texts });
const translated = (text: string): RpmValue => ({ kind: 'translated', texts: [text] });
const int16 = (values: readonly number[]): RpmValue => ({ kind: 'int16', values });
const int32 = (...values: readonly number[]): RpmValue => ({ kind: 'int32', values });

const hash = (algorithm: string, ...pieces: readonly Uint8Array[]): Buffer => {
  const running = createHash(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest();
};

const sizeOf = (entries: readonly ArchiveEntry[]): number =>
  entries.reduce((sum, entry) => sum + contentOf(entry).length, 0);

/** What rpm knows of each file, as lists of the same length. */
function fileTags(entries: readonly ArchiveEntry[], time: number): [number, RpmValue][] {
  const folders = [...new Set(entries.map(({ path }) => folderOf(path)))];
  const each = <T>(value: (entry: ArchiveEntry, index: number) => T) => entries.map(value);
  return [
    [1028, int32(...each((entry) => contentOf(entry).length))],
    [1030, int16(each(fullMode))],
    [1033, int16(each(() => 0))],
    [1034, int32(...each(() => time))],
    [
      1035,
      strings(each((entry) => (entry.kind === 'file' ? hash('sha256', entry.content).toString('hex') : ''))),
    ],
    [1036, strings(each((entry) => (entry.kind === 'link' ? entry.target : '')))],
    [1037, int32(...each(() => 0))],
    [1039, strings(each(() => 'root'))],
    [1040, strings(each(() => 'root'))],
    // Everything that rpm can verify.
    [1045, int32(...each(() => 0xffff_ffff))],
    [1095, int32(...each(() => 1))],
    [1096, int32(...each((_, index) => index + 1))],
    [1097, strings(each(() => ''))],
    [1116, int32(...each(({ path }) => folders.indexOf(folderOf(path))))],
    [1117, strings(each(({ path }) => path.slice(path.lastIndexOf('/') + 1)))],
    [1118, strings(folders)],
    [5011, int32(sha256Algorithm)],
  ];
}

const folderOf = (path: string): string => `/${path.slice(0, path.lastIndexOf('/') + 1)}`;

function relationTags(it: RpmPackage): [number, RpmValue][] {
  const version = `${it.version}-${it.release}`;
  const needs = [shell, ...it.requires];
  const feature = sense.rpmlib | sense.less | sense.equal;
  return [
    [1047, strings([it.name])],
    [1112, int32(sense.equal)],
    [1113, strings([version])],
    [1049, strings([...needs, ...features.map(([name]) => name)])],
    [1048, int32(...needs.map(() => 0), ...features.map(() => feature))],
    [1050, strings([...needs.map(() => ''), ...features.map(([, since]) => since)])],
  ];
}

function mainHeader(it: RpmPackage, payload: Uint8Array): Buffer {
  return rpmHeader(
    regions.immutable,
    new Map<number, RpmValue>([
      [100, strings(['C'])],
      [1000, string(it.name)],
      [1001, string(it.version)],
      [1002, string(it.release)],
      [1004, translated(it.summary)],
      [1005, translated(it.description)],
      [1006, int32(it.time)],
      [1007, string('localhost')],
      [1009, int32(sizeOf(it.entries))],
      [1011, string(it.vendor)],
      [1014, string(it.license)],
      [1016, translated('System/Management')],
      [1020, string(it.url)],
      [1021, string('linux')],
      [1022, string(it.architecture)],
      [1024, string(it.scripts.afterInstall)],
      [1025, string(it.scripts.beforeRemoval)],
      [1026, string(it.scripts.afterRemoval)],
      [1086, string(shell)],
      [1087, string(shell)],
      [1088, string(shell)],
      ...fileTags(it.entries, it.time),
      // A package with a source is no source itself.
      [1044, string(`${it.name}-${it.version}-${it.release}.src.rpm`)],
      ...relationTags(it),
      [1064, string('4.14')],
      [1124, string('cpio')],
      [1125, string('gzip')],
      [1126, string('6')],
      [5062, string('utf-8')],
      [5092, strings([hash('sha256', payload).toString('hex')])],
      [5093, int32(sha256Algorithm)],
    ]),
  );
}

/** Digests of what follows it. */
function signatureHeader(header: Buffer, payload: Buffer, unpackedBytes: number): Buffer {
  const signature = rpmHeader(
    regions.signatures,
    new Map<number, RpmValue>([
      [269, string(hash('sha1', header).toString('hex'))],
      [273, string(hash('sha256', header).toString('hex'))],
      [1000, int32(header.length + payload.length)],
      [1004, { kind: 'bytes', bytes: hash('md5', header, payload) }],
      [1007, int32(unpackedBytes)],
    ]),
  );
  return Buffer.concat([signature, Buffer.alloc(-signature.length & 7)]);
}

/** 96 bytes that only file(1) reads nowadays. */
function lead({ name, version, release }: RpmPackage): Buffer {
  const bytes = Buffer.alloc(96);
  bytes.set([0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1]);
  bytes.write(`${name}-${version}-${release}`.slice(0, 65), 10);
  bytes.writeUInt16BE(1, 76);
  // The kind of signature: a header.
  bytes.writeUInt16BE(5, 78);
  return bytes;
}

export async function rpmArchive(it: RpmPackage): Promise<Buffer> {
  const pieces = cpioPieces(it.entries, it.time);
  const unpackedBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const payload = await gzipPieces(pieces);
  const header = mainHeader(it, payload);
  return Buffer.concat([lead(it), signatureHeader(header, payload, unpackedBytes), header, payload]);
}
