/** Compiles a description of a product into the tables and cabinets of a package. */
import { createHash } from 'node:crypto';
import type { PackageData, TableData } from '../database/package-data.ts';
import type { Summary, SummaryValue } from '../database/summary.ts';
import { bytesSink, bytesSource } from '../source.ts';
import { type Assets, openAssets } from './assets.ts';
import { type Component, componentsOf } from './components.ts';
import {
  type Carried,
  type Content,
  carryFiles,
  openFiles,
  type PlacedFile,
  type ReadFile,
  readFiles,
  type Spool,
  writeFiles,
} from './contents.ts';
import { checkDeferred, writeCustomActions } from './custom-actions.ts';
import type { ProductDescription } from './description.ts';
import { writeFeatures } from './features.ts';
import { type Folders, openFolders } from './folders.ts';
import {
  linkName,
  shortcutFolder,
  writeComponents,
  writeRemovals,
  writeServices,
  writeShortcuts,
} from './installed.ts';
import { badFileName, contentGuid } from './names.ts';
import { languageOf, productCodeOf, writeProperties } from './properties.ts';
import { readDescription, wrong } from './read-description.ts';
import { writeRegistry, writeSettings } from './registry.ts';
import { collectRows, type Rows } from './rows.ts';
import { writeSequences } from './sequences.ts';

const utf8 = 65_001;
const latin = 1252;
/** Of a package that says nothing of its time: the first moment that a cabinet can keep. */
const firstMoment = '1980-01-01T00:00:00Z';

export type CompileOptions = {
  /** Where cabinets are packed; in memory unless given. */
  readonly spool?: Spool;
  /** Told once how many bytes will be read (all files twice: to be hashed, to be packed); what it returns, of each piece. */
  readonly progress?: (total: number) => (bytes: number) => void;
};

export type CompiledFile = {
  readonly id: string;
  readonly source: string;
  /** `ProgramFiles64Folder\Maker\Product\app.exe` */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  readonly version: string | undefined;
};

export type CompiledProduct = {
  /** What `writePackage` takes. */
  readonly data: PackageData;
  /** Files that have to lie beside the package: external cabinets, or the files themselves. `/` between folders. */
  readonly beside: readonly Content[];
  readonly productCode: string;
  readonly packageCode: string;
  readonly files: readonly CompiledFile[];
};

/** Cabinets in memory. */
const memorySpool: Spool = async () => {
  const sink = bytesSink();
  return { sink, source: async () => bytesSource(sink.bytes()) };
};

/** Short names depend on what else is in a folder: all folders and names are told before the first one is asked for. */
function tellNames(components: readonly Component[], product: ProductDescription, folders: Folders): void {
  for (const component of components) {
    const { field, it } = component;
    folders.at(it.folder, `${field}.folder`);
    for (const path of component.createFolders) folders.at(path.it, path.field);
    for (const removal of component.removeFiles) {
      folders.at(removal.it.folder ?? it.folder, `${removal.field}.folder`);
    }
    for (const shortcut of component.shortcuts) {
      const { name, workingFolder } = shortcut.it;
      const bad = badFileName(name);
      if (bad !== undefined) throw wrong(`${shortcut.field}.name`, bad);
      folders.nameIn(shortcutFolder(shortcut, folders), linkName(name));
      if (workingFolder !== undefined) folders.at(workingFolder, `${shortcut.field}.workingFolder`);
    }
    for (const line of component.ini) {
      const bad = badFileName(line.it.file);
      if (bad !== undefined) throw wrong(`${line.field}.file`, bad);
      folders.nameIn(folders.at(line.it.folder ?? it.folder, `${line.field}.folder`), line.it.file);
    }
  }
  for (const [index, { folder }] of (product.customActions ?? []).entries()) {
    if (folder !== undefined) folders.at(folder, `customActions[${index}].folder`);
  }
}

type Parts = {
  readonly product: ProductDescription;
  readonly components: readonly Component[];
  readonly folders: Folders;
  readonly files: readonly PlacedFile[];
  readonly assets: Assets;
};

function writeTables({ product, components, folders, files, assets }: Parts, rows: Rows): void {
  const icon = product.programs?.icon;
  writeProperties(product, icon === undefined ? undefined : assets.iconId(icon), rows);
  writeComponents(components, product, folders, rows);
  writeFeatures(product, components, rows);
  writeFiles(files, folders, rows);
  for (const component of components) {
    writeRegistry(component, rows);
    writeServices(component, rows);
    writeShortcuts(component, folders, assets, rows);
    writeSettings(component, product, folders, rows);
    writeRemovals(component, folders, rows);
  }
  assets.write(rows);
  folders.write(rows);
  // Standard actions look into these, whether anything is in them or not.
  for (const table of ['Component', 'File', 'FeatureComponents', 'Registry'] as const) rows.ensure(table);
  const ids = new Set(files.map((file) => file.id));
  const own = writeCustomActions(product, assets, folders, ids, rows);
  checkDeferred(product, writeSequences(own, rows));
}

/** What makes one package another one: all rows, and all that is carried. */
async function packageCodeOf(
  product: ProductDescription,
  tables: readonly TableData[],
  parts: Parts,
): Promise<string> {
  if (product.packageCode !== undefined) return product.packageCode.toUpperCase();
  const hash = createHash('sha256');
  const { created, codePage, media, comments } = product;
  hash.update(JSON.stringify([created, codePage, media, comments].map((one) => one ?? null)));
  for (const { name, rows } of tables) {
    const plain = rows.map((row) => row.map((cell) => (typeof cell === 'object' ? null : cell)));
    hash.update(JSON.stringify([name, plain]));
  }
  for (const { id, sha256 } of parts.files) hash.update(JSON.stringify([id, sha256]));
  for (const { name, content } of parts.assets.contents) {
    hash.update(JSON.stringify([name, content.size]));
    hash.update(await content.read(0, content.size));
  }
  return contentGuid(hash.digest());
}

const platforms = { x86: 'Intel', x64: 'x64', arm64: 'Arm64' } as const;
/** The least Windows Installer that can read it: 5.0 is the first that knows arm64. */
const installerVersions = { x86: 200, x64: 200, arm64: 500 } as const;
const compressed = 2;
const withoutElevation = 8;
const readOnlyRecommended = 2;

function summaryOf(product: ProductDescription, codePage: number, packageCode: string): Summary {
  const { architecture = 'x64', scope = 'machine', media = {}, created = firstMoment } = product;
  const text = (words: string): SummaryValue => ({ kind: 'text', text: words });
  const number = (value: number): SummaryValue => ({ kind: 'number', number: value });
  const time: SummaryValue = { kind: 'time', time: Date.parse(created) };
  const words = (media.files === 'uncompressed' ? 0 : compressed) | (scope === 'user' ? withoutElevation : 0);
  return new Map([
    [1, number(codePage)],
    [2, text('Installation Database')],
    [3, text(product.name)],
    [4, text(product.manufacturer)],
    [5, text('Installer')],
    [6, text(product.comments ?? `Installs ${product.name} ${product.version}.`)],
    [7, text(`${platforms[architecture]};${languageOf(product)}`)],
    [9, text(packageCode)],
    [12, time],
    [13, time],
    [14, number(installerVersions[architecture])],
    [15, number(words)],
    [18, text('Holdfast')],
    [19, number(readOnlyRecommended)],
  ]);
}

function codePageOf(product: ProductDescription, tables: readonly TableData[]): number {
  if (product.codePage !== undefined) return product.codePage;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII.
  const plain = /^[\u0000-\u007f]*$/;
  const texts = tables.flatMap(({ rows }) => rows.flat()).filter((cell) => typeof cell === 'string');
  return [...texts, product.comments ?? ''].every((text) => plain.test(text)) ? latin : utf8;
}

function defaultFolder({ scope, name }: ProductDescription): string {
  const bad = badFileName(name);
  if (bad !== undefined)
    throw wrong('folder', 'is missing, and the name of the product cannot name one; add it');
  return scope === 'user' ? `LocalAppDataFolder/Programs/${name}` : `ProgramFiles6432Folder/${name}`;
}

/**
 * Makes a package of a description. The same description and the same files make the same bytes.
 * @param described a ProductDescription, or anything that came out of JSON or YAML
 * @throws HoldfastError `msi.description-invalid` that names the field and says what to do
 */
export async function compileProduct(
  described: unknown,
  readFile: ReadFile,
  { spool = memorySpool, progress = () => () => undefined }: CompileOptions = {},
): Promise<CompiledProduct> {
  const product = readDescription(described);
  const folders = openFolders({
    wide: product.architecture !== 'x86',
    install: product.folder ?? defaultFolder(product),
    declared: product.folders ?? {},
  });
  const components = componentsOf(product);
  tellNames(components, product, folders);
  const assets = await openAssets(product, readFile);
  const opened = await openFiles(components, folders, readFile);
  const told = progress(2 * opened.reduce((sum, file) => sum + file.content.size, 0));
  const files = await readFiles(opened, told);
  const rows = collectRows();
  const parts = { product, components, folders, files, assets };
  writeTables(parts, rows);
  const carried: Carried = await carryFiles(files, product, spool, rows, told);
  const tables = rows.tables();
  const codePage = codePageOf(product, tables);
  const packageCode = await packageCodeOf(product, tables, parts);
  return {
    data: {
      kind: 'installer',
      codePage,
      tables,
      streams: carried.streams,
      summary: summaryOf(product, codePage, packageCode),
    },
    beside: carried.beside,
    productCode: productCodeOf(product),
    packageCode,
    files: files.map(({ id, it, folder, name, content, version }) => ({
      id,
      source: it.source,
      target: `${folder.path}\\${name}`,
      size: content.size,
      version,
    })),
  };
}
