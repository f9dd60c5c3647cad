/** Services, shortcuts and folders of installed components, and the tables that are not compared. */
import type { Evaluation } from '../evaluate/model.ts';
import type { Product, TypedRow } from '../product/model.ts';
import { dataText } from '../root/data.ts';
import type { Root } from '../root/root.ts';
import type { Findings } from './model.ts';

/** An installed component and what it is reported under. */
export type Installed = { readonly component: string; readonly feature: string };
export type InstalledComponents = ReadonlyMap<string, Installed>;

type Looking = {
  readonly product: Product;
  readonly evaluation: Evaluation;
  readonly root: Root;
  readonly installed: InstalledComponents;
  readonly findings: Findings;
};

function cell(row: TypedRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

async function* rowsOf({ product, installed, findings }: Looking, table: string) {
  for (const row of await product.rows(table)) {
    const component = installed.get(cell(row, 'Component_'));
    if (component === undefined) continue;
    findings.compared.others += 1;
    yield { row, component };
  }
}

async function verifyServices(looking: Looking): Promise<void> {
  const { evaluation, root, findings } = looking;
  for await (const { row, component } of rowsOf(looking, 'ServiceInstall')) {
    const name = evaluation.format(cell(row, 'Name'));
    const place = { hive: 'HKLM', key: `System\\CurrentControlSet\\Services\\${name}`, view: '64' } as const;
    const keyPath = looking.product.components.get(component.component)?.keyPath;
    const file = keyPath?.kind === 'file' ? (evaluation.files.get(keyPath.file) ?? '') : '';
    const image = root.registry.value(place, 'ImagePath');
    const about = { ...component, path: name, expected: file };
    if (root.registry.keys(place) === undefined) {
      findings.differences.push({
        ...about,
        kind: 'service-missing',
        found: 'nothing',
        why: 'Windows has no service of this name; a repair of its feature installs it again.',
      });
    } else if (image !== undefined && !dataText(image).toLowerCase().includes(file.toLowerCase())) {
      findings.differences.push({
        ...about,
        kind: 'service-different',
        found: dataText(image),
        why: 'The service runs another program than the key path of its component.',
      });
    }
  }
}

/** Explorer's names of folders that each user and the machine have of their own. Source: "CSIDL", "Shell Folders". */
const shellFolders: ReadonlyMap<string, readonly [user: string, machine: string]> = new Map([
  ['ProgramMenuFolder', ['Programs', 'Common Programs']],
  ['StartMenuFolder', ['Start Menu', 'Common Start Menu']],
  ['StartupFolder', ['Startup', 'Common Startup']],
  ['DesktopFolder', ['Desktop', 'Common Desktop']],
]);

/** Where the folders of menus and desktops are, of this user and of the machine. */
function shellPlaces({ root }: Looking, folder: string): readonly string[] {
  const [user, machine] = shellFolders.get(folder) ?? [];
  const key = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Shell Folders';
  return [['HKCU', user] as const, ['HKLM', machine] as const].flatMap(([hive, name]) => {
    const data = name === undefined ? undefined : root.registry.value({ hive, key, view: '64' }, name);
    return data?.kind === 'text' ? [data.text] : [];
  });
}

/** All places that a directory may have: a shortcut counts whether the user has it or everybody. */
function placesOf(looking: Looking, directory: string): readonly string[] {
  const { product, evaluation } = looking;
  const own = evaluation.directories.get(directory);
  if (own === undefined) return [];
  const names: string[] = [];
  let id: string | undefined = directory;
  while (id !== undefined && !shellFolders.has(id)) {
    const one = product.directories.get(id);
    if (one?.target) names.unshift(one.target.long);
    id = one?.parent;
  }
  const others =
    id === undefined ? [] : shellPlaces(looking, id).map((place) => `${[place, ...names].join('\\')}\\`);
  return [own, ...others];
}

async function verifyShortcuts(looking: Looking): Promise<void> {
  const { evaluation, root, findings } = looking;
  for await (const { row, component } of rowsOf(looking, 'Shortcut')) {
    const name = cell(row, 'Name').split('|').at(-1) ?? '';
    const places = placesOf(looking, cell(row, 'Directory_')).map((place) => `${place}${name}.lnk`);
    const [own = name] = places;
    if (!places.some((path) => root.files.covers(path))) {
      findings.notJudged.push({
        component: component.component,
        what: own,
        why: 'Its folder is not in this root.',
      });
      continue;
    }
    const found = await Promise.all(places.map((path) => root.files.stat(path)));
    if (found.some((entry) => entry?.kind === 'file')) continue;
    const target = evaluation.format(cell(row, 'Target'));
    findings.differences.push({
      ...component,
      kind: 'shortcut-missing',
      path: own,
      expected: `a shortcut to ${target}`,
      found: 'nothing',
      why: 'Neither the user nor the machine has it; a repair with s makes it again.',
    });
  }
}

async function verifyFolders(looking: Looking): Promise<void> {
  const { evaluation, root, findings } = looking;
  for await (const { row, component } of rowsOf(looking, 'CreateFolder')) {
    const path = evaluation.directories.get(cell(row, 'Directory_'));
    if (path === undefined || !root.files.covers(path)) continue;
    const entry = await root.files.stat(path);
    // A folder of a user that leads elsewhere is there, too.
    if (entry?.kind === 'folder' || entry?.kind === 'link') continue;
    findings.differences.push({
      ...component,
      kind: 'folder-missing',
      path,
      expected: 'a folder',
      found: entry === undefined ? 'nothing' : entry.kind,
      why: 'The package makes this folder; a repair of its component makes it again.',
    });
  }
}

/** Tables that say what a component brings, and that are not compared with the machine. */
const unseen: Readonly<Record<string, string>> = {
  Environment: 'environment variables',
  IniFile: 'lines of .ini files',
  Font: 'fonts',
  Class: 'COM classes',
  Extension: 'file name extensions',
  TypeLib: 'type libraries',
  ODBCDataSource: 'ODBC data sources',
  ODBCDriver: 'ODBC drivers',
  DuplicateFile: 'copies of files',
  MoveFile: 'moved files',
  PublishComponent: 'qualified components',
  MsiServiceConfig: 'settings of services',
};

async function nameUnseen({ product, installed, findings }: Looking): Promise<void> {
  for (const [table, what] of Object.entries(unseen)) {
    const rows = (await product.rows(table)).filter((row) => installed.has(cell(row, 'Component_')));
    if (rows.length === 0) continue;
    const why = `${rows.length} rows of table ${table} are not compared.`;
    findings.notJudged.push({ component: '', what, why });
  }
  const actions = await product.rows('CustomAction');
  if (actions.length === 0) return;
  const why = 'A package does not say what its own programs change.';
  findings.notJudged.push({ component: '', what: `${actions.length} custom actions`, why });
}

export async function verifyOthers(looking: Looking): Promise<void> {
  await verifyServices(looking);
  await verifyShortcuts(looking);
  await verifyFolders(looking);
  await nameUnseen(looking);
}
