/**
 * Debian packages (deb(5)): an ar archive of `debian-binary`, `control.tar` and `data.tar`. Both tars are uncompressed,
 * which dpkg reads since 1.17.6. Real dpkg installs what is written here.
 */
import { HoldfastError } from '@holdfast/contract';
import { type Paragraph, paragraphText, readParagraphs } from './control.ts';

/** What a package lays out: a file, or a folder where there is no content. */
export type DebianFile = {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array | undefined;
};

export type DebianPackage = {
  readonly control: Paragraph;
  /** Folders before what is in them, the root left out. */
  readonly files: readonly DebianFile[];
};

/** Bytes of a record of tar, and of a header of ar. */
const tarRecord = 512;
const arHeader = 60;
const arMagic = '!<arch>\n';

/** The .deb of a package of plain files; the folders above them are added. */
export function writeDeb(control: Paragraph, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const folders = new Set(Object.keys(files).flatMap(foldersAbove));
  const entries: DebianFile[] = [
    ...[...folders].map((path) => ({ path, mode: 0o755, content: undefined })),
    ...Object.entries(files).map(([path, content]) => ({ path, mode: 0o755, content })),
  ].sort((left, right) => (left.path < right.path ? -1 : 1));
  const controlFile = { path: '/control', mode: 0o644, content: Buffer.from(paragraphText(control), 'utf8') };
  return Buffer.concat([
    Buffer.from(arMagic),
    arMember('debian-binary', Buffer.from('2.0\n')),
    arMember('control.tar', tarOf([controlFile])),
    arMember('data.tar', tarOf(entries)),
  ]);
}

/** `/usr`, `/usr/bin` of `/usr/bin/tool`. */
function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** @throws HoldfastError `request.invalid` for what is no such archive */
export function readDeb(bytes: Uint8Array): DebianPackage {
  const members = arMembers(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const inside = (name: string) => members.get(name) ?? malformed(`it has no ${name}`);
  if (!inside('debian-binary').toString('latin1').startsWith('2.')) malformed('it is of another format');
  const text = tarFiles(inside('control.tar')).find(({ path }) => path === '/control')?.content;
  const [control] = readParagraphs(Buffer.from(text ?? malformed('it has no control file')).toString('utf8'));
  return { control: control ?? malformed('its control file is empty'), files: tarFiles(inside('data.tar')) };
}

function malformed(why: string): never {
  throw new HoldfastError('request.invalid', `The file is no Debian package: ${why}.`);
}

function arMember(name: string, content: Uint8Array): Buffer {
  const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(header), content, Buffer.from(content.length % 2 === 0 ? '' : '\n')]);
}

function arMembers(bytes: Buffer): ReadonlyMap<string, Buffer> {
  if (bytes.subarray(0, arMagic.length).toString('latin1') !== arMagic) malformed('it is no archive');
  const members = new Map<string, Buffer>();
  for (let at = arMagic.length; at + arHeader <= bytes.length; ) {
    const header = bytes.subarray(at, at + arHeader).toString('latin1');
    const size = Number(header.slice(48, 58));
    const start = at + arHeader;
    if (!Number.isInteger(size) || start + size > bytes.length) malformed('it ends early');
    members.set(header.slice(0, 16).trim().replace(/\/$/, ''), bytes.subarray(start, start + size));
    at = start + size + (size % 2);
  }
  return members;
}

/** POSIX ustar (pax(1)), everything root's, all times zero. */
function tarOf(entries: readonly DebianFile[]): Buffer {
  const root: DebianFile = { path: '/', mode: 0o755, content: undefined };
  const records = [root, ...entries].flatMap(({ path, mode, content }) => {
    const data = content ?? new Uint8Array(0);
    const padding = Buffer.alloc((tarRecord - (data.length % tarRecord)) % tarRecord);
    return [tarHeader(path, mode, content), data, padding];
  });
  return Buffer.concat([...records, Buffer.alloc(2 * tarRecord)]);
}

function tarHeader(path: string, mode: number, content: Uint8Array | undefined): Buffer {
  const header = Buffer.alloc(tarRecord);
  const name = content === undefined && path !== '/' ? `.${path}/` : `.${path}`;
  if (Buffer.byteLength(name) > 100) malformed(`${path} is too long`);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content?.length ?? 0, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(content === undefined ? '5' : '0', 156);
  header.write('ustar\u000000root', 257);
  header.write('root', 297);
  // The sum is taken with blanks in its own place.
  header.fill(' ', 148, 156);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return header;
}

function tarFiles(tar: Buffer): DebianFile[] {
  const files: DebianFile[] = [];
  for (let at = 0; at + tarRecord <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + tarRecord);
    const field = (start: number, end: number) =>
      header.subarray(start, end).toString('utf8').replace(/\0.*$/s, '');
    const [name, type] = [field(0, 100), field(156, 157)];
    const size = Number.parseInt(field(124, 136), 8);
    const path = `/${name.replace(/^\.?\/*/, '').replace(/\/$/, '')}`;
    const start = at + tarRecord;
    if (type !== '0' && type !== '5') malformed(`${path} is neither file nor folder`);
    const content = type === '5' ? undefined : tar.subarray(start, start + size);
    if (path !== '/') files.push({ path, mode: Number.parseInt(field(100, 108), 8) & 0o777, content });
    at = start + Math.ceil(size / tarRecord) * tarRecord;
  }
  return files;
}
