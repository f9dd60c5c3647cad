/** The folders of a product: paths of a description as rows of the Directory table. */
import { badFileName, derivedId, storedNames } from './names.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

/** The folder properties that Windows sets, and the names that they have in a source; those of 32 and 64 bits apart. */
const standard: Readonly<Record<string, { readonly source: string; readonly bits?: 32 | 64 }>> = {
  ProgramFilesFolder: { source: 'PFiles', bits: 32 },
  ProgramFiles64Folder: { source: 'PFiles64', bits: 64 },
  CommonFilesFolder: { source: 'CFiles', bits: 32 },
  CommonFiles64Folder: { source: 'CFiles64', bits: 64 },
  SystemFolder: { source: 'System', bits: 32 },
  System64Folder: { source: 'System64', bits: 64 },
  AdminToolsFolder: { source: 'Admin' },
  AppDataFolder: { source: 'AppData' },
  CommonAppDataFolder: { source: 'CommApp' },
  DesktopFolder: { source: 'Desktop' },
  FavoritesFolder: { source: 'Favorite' },
  FontsFolder: { source: 'Fonts' },
  LocalAppDataFolder: { source: 'LocalApp' },
  MyPicturesFolder: { source: 'Pictures' },
  PersonalFolder: { source: 'Personal' },
  ProgramMenuFolder: { source: 'PMenu' },
  SendToFolder: { source: 'SendTo' },
  StartMenuFolder: { source: 'SMenu' },
  StartupFolder: { source: 'Startup' },
  TempFolder: { source: 'Temp' },
  TemplateFolder: { source: 'Template' },
  WindowsFolder: { source: 'Windows' },
  WindowsVolume: { source: 'WinVol' },
};

/** Names for what is in the 64-bit folder of a 64-bit package, and in the 32-bit one of another. */
const ofArchitecture: Readonly<Record<string, readonly [narrow: string, wide: string]>> = {
  ProgramFiles6432Folder: ['ProgramFilesFolder', 'ProgramFiles64Folder'],
  CommonFiles6432Folder: ['CommonFilesFolder', 'CommonFiles64Folder'],
  System6432Folder: ['SystemFolder', 'System64Folder'],
};

export const installFolderId = 'INSTALLDIR';

export type Folder = {
  /** Key of the Directory table. */
  readonly id: string;
  /** From the standard folder on: `ProgramFiles64Folder\Maker\Product`. */
  readonly path: string;
  /** Of the standard folder that it is in; undefined where that is the same for both. */
  readonly bits: 32 | 64 | undefined;
  /** Undefined for a standard folder. */
  readonly parent: Folder | undefined;
  readonly name: string;
};

export type Folders = {
  /**
   * The folder of a path; the install folder where none is given.
   * @throws HoldfastError `msi.description-invalid`
   */
  at(path: string | undefined, field: string): Folder;
  /** A folder by its id, undefined where there is none yet. */
  byId(id: string): Folder | undefined;
  /** Tells of a name in a folder, which needs a short one beside it. */
  nameIn(folder: Folder, name: string): void;
  /** What the tables store for a name that was told of before. */
  storedName(folder: Folder, name: string): string;
  /** Writes the Directory table. */
  write(rows: Rows): void;
};

export type FolderOptions = {
  readonly wide: boolean;
  readonly install: string;
  readonly declared: Readonly<Record<string, string>>;
};

/** What is known so far. */
type Book = {
  /** For an architecture of 64 bits. */
  readonly wide: boolean;
  readonly byPath: Map<string, Folder>;
  readonly byId: Map<string, Folder>;
  readonly names: Map<Folder, string[]>;
  readonly stored: Map<Folder, ReadonlyMap<string, string>>;
};

function nameIn(book: Book, folder: Folder, name: string): void {
  const own = book.names.get(folder) ?? [];
  own.push(name);
  book.names.set(folder, own);
  book.stored.delete(folder);
}

function keep(book: Book, folder: Folder, field: string): Folder {
  const known = book.byId.get(folder.id);
  if (known !== undefined) throw wrong(field, `the id ${folder.id} is taken by ${known.path}`);
  book.byPath.set(folder.path.toLowerCase(), folder);
  book.byId.set(folder.id, folder);
  if (folder.parent !== undefined) nameIn(book, folder.parent, folder.name);
  return folder;
}

function standardFolder(book: Book, word: string, field: string): Folder | undefined {
  const id = ofArchitecture[word]?.[book.wide ? 1 : 0] ?? word;
  const facts = Object.hasOwn(standard, id) ? standard[id] : undefined;
  if (facts === undefined) return undefined;
  if (facts.bits === 64 && !book.wide) {
    throw wrong(field, `a package for x86 has no ${id}; use its 32-bit twin, or another architecture`);
  }
  const known = book.byPath.get(id.toLowerCase());
  return (
    known ?? keep(book, { id, path: id, bits: facts.bits, parent: undefined, name: facts.source }, field)
  );
}

/** A folder in another; with an id of its own, it must be new. */
function inside(book: Book, parent: Folder, name: string, field: string, id?: string): Folder {
  const bad = badFileName(name);
  if (bad !== undefined) throw wrong(field, `${JSON.stringify(name)} cannot name a folder: ${bad}`);
  const path = `${parent.path}\\${name}`;
  const known = book.byPath.get(path.toLowerCase());
  if (known !== undefined && id !== undefined) {
    throw wrong(field, `${path} has the id ${known.id} already; a folder has one id`);
  }
  if (known !== undefined) return known;
  const own = id ?? derivedId(name, path.toLowerCase());
  return keep(book, { id: own, path, bits: parent.bits, parent, name }, field);
}

/** Goes from a standard folder, a known id, or the install folder down; `id` is that of the last step. */
function resolve(book: Book, path: string, field: string, id?: string): Folder {
  const steps = path.split(/[\\/]+/).filter((step) => step !== '' && step !== '.');
  const [first, ...rest] = steps;
  const named =
    first === undefined ? undefined : (standardFolder(book, first, field) ?? book.byId.get(first));
  const start = named ?? book.byId.get(installFolderId);
  if (start === undefined) {
    throw wrong(
      field,
      `${JSON.stringify(path)} must begin with a standard folder: ProgramFiles6432Folder, CommonAppDataFolder, LocalAppDataFolder, ...`,
    );
  }
  const below = named === undefined ? steps : rest;
  if (id !== undefined && below.length === 0) {
    throw wrong(field, `${path} has an id already; name a folder inside it`);
  }
  return below.reduce(
    (at, name, index) => inside(book, at, name, field, index === below.length - 1 ? id : undefined),
    start,
  );
}

function storedName(book: Book, folder: Folder, name: string): string {
  const own = book.stored.get(folder) ?? storedNames(book.names.get(folder) ?? []);
  book.stored.set(folder, own);
  const found = own.get(name);
  if (found === undefined) throw new TypeError(`${folder.path} was not told of ${name}`);
  return found;
}

function writeDirectories(book: Book, rows: Rows): void {
  rows.add('Directory', 'folder', { Directory: 'TARGETDIR', DefaultDir: 'SourceDir' });
  for (const folder of book.byId.values()) {
    const { id, parent, name } = folder;
    rows.add('Directory', 'folder', {
      Directory: id,
      Directory_Parent: parent?.id ?? 'TARGETDIR',
      DefaultDir: parent === undefined ? name : storedName(book, parent, name),
    });
  }
}

export function openFolders({ wide, install, declared }: FolderOptions): Folders {
  const book: Book = { wide, byPath: new Map(), byId: new Map(), names: new Map(), stored: new Map() };
  resolve(book, install, 'folder', installFolderId);
  for (const [id, path] of Object.entries(declared)) resolve(book, path, `folders.${id}`, id);
  return {
    at: (path, field) => resolve(book, path ?? installFolderId, field),
    byId: (id) => book.byId.get(id),
    nameIn: (folder, name) => nameIn(book, folder, name),
    storedName: (folder, name) => storedName(book, folder, name),
    write: (rows) => writeDirectories(book, rows),
  };
}
