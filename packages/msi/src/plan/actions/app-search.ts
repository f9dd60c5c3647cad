/**
 * AppSearch: properties from what is on the machine. Sources: "AppSearch Table", "RegLocator Table", "DrLocator Table",
 * "CompLocator Table", "IniLocator Table", "Signature Table".
 */
import { compareVersions } from '@holdfast/contract';
import type { Cells } from '../../product/rows.ts';
import type { RegistryData } from '../../root/data.ts';
import { fileVersion } from '../../root/file-version.ts';
import { productState } from '../../root/product-state.ts';
import { installedProducts, recordedKeyPath } from '../../root/registration.ts';
import type { RegistryHive } from '../../root/registry.ts';
import { type Planning, rowsOf } from '../context.ts';
import { iniText, iniValue } from '../ini.ts';

const hives: readonly RegistryHive[] = ['HKCR', 'HKCU', 'HKLM', 'HKU'];
/** What the value of a locator is: a folder, a file, the value itself. */
const kinds = { folder: 0, file: 1, raw: 2, mask: 0xf, wide: 0x10 } as const;
/** Folders below each other that a search goes down. */
const mostDepth = 8;
/** Folders and files that one search looks at. */
const mostLooked = 20_000;

type Signature = Cells | undefined;

function environmentText({ host }: Planning, text: string): string {
  return text.replace(
    /%([^%]+)%/g,
    (whole, name: string) => host.machine.environment.get(name.toUpperCase()) ?? whole,
  );
}

/** As a property has it: numbers with `#` before them, bytes with `#x`. */
function rawText(planning: Planning, data: RegistryData): string {
  switch (data.kind) {
    case 'text':
      return data.text.startsWith('#') ? `#${data.text}` : data.text;
    case 'expandable':
      return `${environmentText(planning, data.text)}`;
    case 'texts':
      return data.texts.join('[~]');
    case 'bytes':
      return `#x${Buffer.from(data.bytes).toString('hex').toUpperCase()}`;
    default:
      return `#${data.number}`;
  }
}

/** Whether a file is what its signature asks for. */
async function fits(planning: Planning, path: string, signature: Cells): Promise<boolean> {
  const entry = await planning.draft.files.stat(path);
  if (entry?.kind !== 'file') return false;
  const [least, most] = [signature.optionalNumber('MinSize'), signature.optionalNumber('MaxSize')];
  if ((least !== undefined && entry.size < least) || (most !== undefined && entry.size > most)) return false;
  const [low, high] = [signature.optionalText('MinVersion'), signature.optionalText('MaxVersion')];
  if (low === undefined && high === undefined) return true;
  const found = await planning.host.files.read(path, fileVersion);
  if (found === undefined) return false;
  const beside = (limit: string | undefined): number =>
    limit === undefined ? 0 : (compareVersions(found.version, limit, 4) ?? 0);
  return beside(low) >= 0 && beside(high) <= 0;
}

/** A path of the machine, as a search with or without a signature takes it. */
async function located(
  planning: Planning,
  path: string,
  kind: number,
  signature: Signature,
): Promise<string | undefined> {
  if (kind === kinds.file) {
    if (signature === undefined)
      return (await planning.draft.files.stat(path))?.kind === 'file' ? path : undefined;
    const name = signature.text('FileName').split('|').at(-1) ?? '';
    const isFolder = (await planning.draft.files.stat(path))?.kind === 'folder';
    const file = isFolder ? `${path.replace(/\\$/, '')}\\${name}` : path;
    return (await fits(planning, file, signature)) ? file : undefined;
  }
  const entry = await planning.draft.files.stat(path);
  const folder = entry?.kind === 'file' ? path.slice(0, path.lastIndexOf('\\')) : path;
  return entry === undefined ? undefined : `${folder.replace(/\\$/, '')}\\`;
}

async function byRegistry(planning: Planning, row: Cells, signature: Signature): Promise<string | undefined> {
  const hive = hives[row.number('Root')];
  if (hive === undefined) return undefined;
  const type = row.number('Type', kinds.file);
  const view = (type & kinds.wide) !== 0 || planning.host.machine.architecture === 'x86' ? '64' : '32';
  const place = { hive, key: planning.scene.format(row.text('Key')), view } as const;
  const data = planning.draft.registry.value(place, planning.scene.format(row.optionalText('Name') ?? ''));
  if (data === undefined) return undefined;
  if ((type & kinds.mask) === kinds.raw) return rawText(planning, data);
  if (data.kind !== 'text' && data.kind !== 'expandable') return undefined;
  const path = environmentText(planning, data.text).replace(/^"([^"]*)".*$/, '$1');
  return await located(planning, path, type & kinds.mask, signature);
}

async function byIni(planning: Planning, row: Cells, signature: Signature): Promise<string | undefined> {
  const folder = planning.scene.property('WindowsFolder') ?? '';
  const name = row.text('FileName').split('|').at(-1) ?? '';
  const text = await iniText(planning, `${folder}${name}`);
  const value = text === undefined ? undefined : iniValue(text, row.text('Section'), row.text('Key'));
  if (value === undefined) return undefined;
  const field = row.number('Field');
  const part = field > 0 ? value.split(',')[field - 1]?.trim() : value;
  if (part === undefined || row.number('Type', kinds.file) === kinds.raw) return part;
  return await located(planning, part, row.number('Type', kinds.file), signature);
}

/** The key path of a component, whichever product has it. */
async function byComponent(
  planning: Planning,
  row: Cells,
  signature: Signature,
): Promise<string | undefined> {
  const { registry } = planning.draft;
  for (const code of installedProducts(registry)) {
    const state = productState(registry, code);
    const recorded = state && recordedKeyPath(registry, state, row.text('ComponentId'));
    if (recorded?.kind !== 'path') continue;
    const found = await located(planning, recorded.path, row.number('Type', kinds.file), signature);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks below a folder for a file. */
async function below(
  planning: Planning,
  folder: string,
  depth: number,
  signature: Cells,
  looked: { count: number },
): Promise<string | undefined> {
  const found = await located(planning, folder, kinds.file, signature);
  if (found !== undefined || depth <= 0) return found;
  for (const name of await planning.draft.files.names(folder)) {
    looked.count += 1;
    if (looked.count > mostLooked) return undefined;
    const path = `${folder.replace(/\\$/, '')}\\${name}`;
    if ((await planning.draft.files.stat(path))?.kind !== 'folder') continue;
    const deeper = await below(planning, path, depth - 1, signature, looked);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

async function byFolder(
  planning: Planning,
  row: Cells,
  signature: Signature,
  search: Search,
): Promise<string | undefined> {
  const parent = row.optionalText('Parent');
  const above = parent === undefined ? '' : await search(parent);
  if (above === undefined) return undefined;
  const stored = planning.scene.format(row.optionalText('Path') ?? '');
  const folder =
    /^[A-Za-z]:|^\\\\/.test(stored) || above === '' ? stored : `${above.replace(/\\$/, '')}\\${stored}`;
  // A path without a drive would be looked for on all of them: this machine has one.
  const path = /^[A-Za-z]:|^\\\\/.test(folder) ? folder : `C:\\${folder.replace(/^\\/, '')}`;
  if (signature === undefined) return await located(planning, path, kinds.folder, undefined);
  const depth = Math.min(mostDepth, Math.max(0, row.number('Depth')));
  return await below(planning, path, depth, signature, { count: 0 });
}

type Search = (signature: string) => Promise<string | undefined>;
type Locator = (
  planning: Planning,
  row: Cells,
  signature: Signature,
  search: Search,
) => Promise<string | undefined>;

/** In the order in which the installer asks them. */
const locators: readonly (readonly [table: string, locator: Locator])[] = [
  ['CompLocator', byComponent],
  ['RegLocator', byRegistry],
  ['IniLocator', byIni],
  ['DrLocator', byFolder],
];

export async function appSearch(planning: Planning): Promise<void> {
  const { scene } = planning;
  const signatures = new Map((await rowsOf(planning, 'Signature', 'Signature')).map((row) => [row.key, row]));
  const tables = await Promise.all(
    locators.map(async ([table, locator]) => ({
      locator,
      rows: await rowsOf(planning, table, 'Signature_'),
    })),
  );
  const search = async (name: string, depth = 0): Promise<string | undefined> => {
    if (depth > mostDepth) return undefined;
    for (const { locator, rows } of tables) {
      for (const row of rows) {
        if (row.key !== name) continue;
        const found = await locator(planning, row, signatures.get(name), (parent) =>
          search(parent, depth + 1),
        );
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  for (const row of await rowsOf(planning, 'AppSearch', 'Signature_')) {
    const found = await search(row.key);
    if (found !== undefined) scene.setProperty(row.text('Property'), found);
  }
}
