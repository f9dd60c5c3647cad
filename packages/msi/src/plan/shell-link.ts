/** Writes shortcuts (.lnk) as [MS-SHLLINK] describes them: header, target as items, target as a path, texts. */

export type ShellLink = {
  /** Windows path of a file or folder on a drive. */
  readonly target: string;
  readonly isFolder: boolean;
  readonly description: string;
  readonly arguments: string;
  readonly workingFolder: string;
  readonly icon: { readonly path: string; readonly index: number } | undefined;
  /** Of WM_SETHOTKEY. */
  readonly hotKey: number;
  /** 1 normal, 3 maximized, 7 minimized. */
  readonly show: number;
};

const linkClass = '0114020000000000c000000000000046';
/** The folder that holds all drives, [MS-SHLLINK] 2.2 and its example: My Computer. */
const drivesClass = 'e04fd020ea3a6910a2d808002b30309d';
const flags = {
  items: 1,
  path: 2,
  description: 4,
  folder: 0x10,
  arguments: 0x20,
  icon: 0x40,
  unicode: 0x80,
} as const;
const attributes = { folder: 0x10, file: 0x20 } as const;

function bytesOf(...parts: readonly (Buffer | readonly number[])[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

function word(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(number & 0xffff);
  return bytes;
}

function long(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number >>> 0);
  return bytes;
}

function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}

/** What other code pages have is in the wide text beside it. */
function narrow(text: string): Buffer {
  return Buffer.from(`${text.replace(/[^\x20-\x7e]/g, '?')}\0`, 'latin1');
}

function item(...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const content = bytesOf(...parts);
  return bytesOf(word(content.length + 2), content);
}

/** The way from My Computer to the target, one item for each name; names in UTF-16. */
function items(target: string, isFolder: boolean): Buffer {
  const [drive = 'C:', ...names] = target.split('\\').filter((name) => name !== '');
  const volume = Buffer.alloc(22);
  volume.write(`${drive}\\`, 'latin1');
  const path = names.map((name, index) => {
    const folder = isFolder || index < names.length - 1;
    const kind = folder ? 0x35 : 0x36;
    return item(
      [kind, 0],
      long(0),
      long(0),
      word(folder ? attributes.folder : attributes.file),
      wide(name),
      wide(name),
    );
  });
  const list = bytesOf(
    item([0x1f, 0x50], Buffer.from(drivesClass, 'hex')),
    item([0x2f], volume),
    ...path,
    [0, 0],
  );
  return bytesOf(word(list.length), list);
}

/** LinkInfo with a volume and a local path, both as bytes and in UTF-16. */
function pathInfo(target: string): Buffer {
  const headerLength = 0x24;
  const volume = bytesOf(long(17), long(3), long(0), long(16), [0]);
  const [local, localWide] = [narrow(target), wide(target)];
  const localAt = headerLength + volume.length;
  const suffixAt = localAt + local.length;
  const wideAt = suffixAt + 1;
  const suffixWideAt = wideAt + localWide.length;
  const body = bytesOf(
    long(headerLength),
    long(1),
    long(headerLength),
    long(localAt),
    long(0),
    long(suffixAt),
    long(wideAt),
    long(suffixWideAt),
    volume,
    local,
    [0],
    localWide,
    [0, 0],
  );
  return bytesOf(long(body.length + 4), body);
}

function counted(text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : bytesOf(word(text.length), Buffer.from(text, 'utf16le'));
}

/** The bytes of a shortcut; the same for the same link. */
export function shellLink(link: ShellLink): Buffer {
  const present =
    flags.items |
    flags.path |
    flags.unicode |
    (link.description === '' ? 0 : flags.description) |
    (link.workingFolder === '' ? 0 : flags.folder) |
    (link.arguments === '' ? 0 : flags.arguments) |
    (link.icon === undefined ? 0 : flags.icon);
  return bytesOf(
    long(0x4c),
    Buffer.from(linkClass, 'hex'),
    long(present),
    long(link.isFolder ? attributes.folder : attributes.file),
    Buffer.alloc(24),
    long(0),
    long(link.icon?.index ?? 0),
    long(link.show),
    word(link.hotKey),
    Buffer.alloc(10),
    items(link.target, link.isFolder),
    pathInfo(link.target),
    counted(link.description),
    counted(link.workingFolder),
    counted(link.arguments),
    counted(link.icon?.path ?? ''),
    long(0),
  );
}
