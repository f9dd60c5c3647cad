/** Components and what is in them besides files and registry: services, shortcuts, folders. */

import type { Assets } from './assets.ts';
import type { At, Component } from './components.ts';
import type { ProductDescription } from './description.ts';
import type {
  ServiceControlDescription,
  ServiceDescription,
  ShortcutDescription,
} from './description-parts.ts';
import type { Folder, Folders } from './folders.ts';
import { derivedId, stableGuid } from './names.ts';
import { wrong } from './read-description.ts';
import { registryId } from './registry.ts';
import type { Rows } from './rows.ts';

const componentBits = {
  registryKeyPath: 4,
  sharedCount: 8,
  permanent: 16,
  transitive: 64,
  neverOverwrite: 128,
  wide: 256,
  shared: 2048,
} as const;

type KeyPath = { readonly kind: 'file' | 'registry' | 'folder'; readonly id: string; readonly words: string };

/** What tells whether the component is there, and what its GUID is derived from. */
function keyPathOf(component: Component, folder: Folder): KeyPath {
  const { files, registry } = component;
  const marked = [...files, ...registry].filter(({ it }) => it.keyPath === true);
  if (marked.length > 1) {
    throw wrong(`${marked[1]?.field}.keyPath`, 'a component has one key path; mark one of them');
  }
  const file =
    files.find(({ it }) => it.keyPath === true) ??
    (marked.length === 0 ? files.find(({ it }) => it.companionOf === undefined) : undefined);
  if (file !== undefined) {
    if (file.it.companionOf !== undefined) {
      throw wrong(`${file.field}.keyPath`, 'a file that follows a companion cannot be the key path');
    }
    return { kind: 'file', id: file.id, words: `${folder.path}\\${file.name}` };
  }
  const value =
    registry.find(({ it }) => it.keyPath === true) ??
    registry.find(({ it }) => it.type !== 'key' && !(it.value === undefined && it.name === undefined));
  if (value !== undefined && files.length === 0) {
    const { root, key, name = '' } = value.it;
    return { kind: 'registry', id: registryId(component, value), words: `${root}\\${key}\\${name}` };
  }
  return { kind: 'folder', id: folder.id, words: `${folder.path}\\ ${component.id}` };
}

function bitsOf(component: Component, folder: Folder, { architecture = 'x64' }: ProductDescription): 32 | 64 {
  const { bits } = component.it;
  if (architecture === 'x86') {
    if (bits === 64) throw wrong(`${component.field}.bits`, 'a package for x86 has no 64-bit components');
    return 32;
  }
  return bits ?? folder.bits ?? 64;
}

function attributesOf({ it }: Component, keyPath: KeyPath, bits: 32 | 64): number {
  return (
    (keyPath.kind === 'registry' ? componentBits.registryKeyPath : 0) |
    (it.sharedCount ? componentBits.sharedCount : 0) |
    (it.permanent ? componentBits.permanent : 0) |
    (it.transitive ? componentBits.transitive : 0) |
    (it.neverOverwrite ? componentBits.neverOverwrite : 0) |
    (it.shared ? componentBits.shared : 0) |
    (bits === 64 ? componentBits.wide : 0)
  );
}

/** Writes Component and CreateFolder. Two components with one GUID are told apart by conditions, or refused. */
export function writeComponents(
  components: readonly Component[],
  product: ProductDescription,
  folders: Folders,
  rows: Rows,
): void {
  const known = new Map<string, Component>();
  for (const component of components) {
    const { field, id, it } = component;
    const folder = folders.at(it.folder, `${field}.folder`);
    const keyPath = keyPathOf(component, folder);
    const bits = bitsOf(component, folder, product);
    const guid =
      it.guid?.toUpperCase() ??
      stableGuid(product.upgradeCode, `${bits === 64 ? '64:' : ''}${keyPath.words.toLowerCase()}`);
    const twin = known.get(guid);
    if (twin !== undefined && (it.condition === undefined || twin.it.condition === undefined)) {
      throw wrong(
        field,
        `${keyPath.words.trimEnd()} is installed by ${twin.field}, too; remove one, or give each a condition`,
      );
    }
    known.set(guid, component);
    rows.add('Component', field, {
      Component: id,
      ComponentId: guid,
      Directory_: folder.id,
      Attributes: attributesOf(component, keyPath, bits),
      Condition: it.condition,
      KeyPath: keyPath.kind === 'folder' ? undefined : keyPath.id,
    });
    const own = component.createFolders.map((path) => folders.at(path.it, path.field).id);
    if (keyPath.kind === 'folder') own.push(folder.id);
    for (const Directory_ of new Set(own)) rows.add('CreateFolder', field, { Directory_, Component_: id });
  }
}

const eventBits = { start: 1, stop: 2, delete: 8 } as const;
/** How far the bits of uninstallation are shifted. */
const uninstallShift = 4;

function writeControl(component: Component, { field, it }: At<ServiceControlDescription>, rows: Rows): void {
  const bits = (words: readonly (keyof typeof eventBits)[] = []) =>
    words.reduce((sum, word) => sum | eventBits[word], 0);
  const Event = bits(it.onInstall) | (bits(it.onUninstall) << uninstallShift);
  if (Event === 0) return;
  rows.add('ServiceControl', field, {
    // A service may have several: it may have to be waited for when it stops, and not when it starts.
    ServiceControl: derivedId(it.name, `${component.id}\\${it.name}\\${Event}`),
    Name: it.name,
    Event,
    Wait: it.wait === false ? 0 : 1,
    Component_: component.id,
  });
}

const serviceTypes = { own: 0x10, shared: 0x20, interactive: 0x100 } as const;
const startTypes = { automatic: 2, demand: 3, disabled: 4 } as const;
const errorControls = { ignore: 0, normal: 1, critical: 3, vital: 0x8000 } as const;

function writeService(component: Component, { field, it }: At<ServiceDescription>, rows: Rows): void {
  const key = component.files.find((file) => file.it.keyPath) ?? component.files[0];
  if (key === undefined)
    throw wrong(field, 'the component of a service needs a file: the program of the service');
  if (it.file !== undefined && it.file !== key.id) {
    throw wrong(
      `${field}.file`,
      `the program of a service must be the key path of its component, and that is ${key.id}; give ${it.file} a component of its own`,
    );
  }
  rows.add('ServiceInstall', field, {
    ServiceInstall: derivedId(it.name, `${component.id}\\${it.name}`),
    Name: it.name,
    DisplayName: it.displayName,
    ServiceType:
      (it.sharedProcess ? serviceTypes.shared : serviceTypes.own) |
      (it.interactive ? serviceTypes.interactive : 0),
    StartType: startTypes[it.start ?? 'automatic'],
    ErrorControl: errorControls[it.errorControl ?? 'normal'] | (it.vital === false ? 0 : errorControls.vital),
    LoadOrderGroup: it.loadOrderGroup,
    Dependencies: it.dependsOn?.length ? `${it.dependsOn.join('[~]')}[~][~]` : undefined,
    StartName: it.account,
    Password: it.password,
    Arguments: it.arguments,
    Component_: component.id,
    Description: it.description,
  });
  const { onInstall = ['stop'], onUninstall = ['stop', 'delete'], wait = true } = it;
  writeControl(component, { field, it: { name: it.name, onInstall, onUninstall, wait } }, rows);
}

export function writeServices(component: Component, rows: Rows): void {
  for (const service of component.services) writeService(component, service, rows);
  for (const control of component.serviceControls) writeControl(component, control, rows);
}

const windows = { normal: 1, maximized: 3, minimized: 7 } as const;
const removeModes = { install: 1, uninstall: 2, both: 3 } as const;
const standardShortcutFolder = 'ProgramMenuFolder';

/** The file of a shortcut, whose name needs a short one, too. */
export const linkName = (name: string): string => `${name}.lnk`;

export function shortcutFolder({ field, it }: At<ShortcutDescription>, folders: Folders): Folder {
  return folders.at(it.folder ?? standardShortcutFolder, `${field}.folder`);
}

function targetOf(component: Component, { field, it }: At<ShortcutDescription>): string {
  if ((it.file === undefined) === (it.target === undefined)) {
    throw wrong(`${field}.file`, 'give either file or target');
  }
  if (it.file === undefined) return it.target ?? '';
  if (!component.files.some((file) => file.id === it.file)) {
    throw wrong(`${field}.file`, `its component has no file with the id ${it.file}`);
  }
  return `[#${it.file}]`;
}

export function writeShortcuts(component: Component, folders: Folders, assets: Assets, rows: Rows): void {
  const cleaned = new Set<string>();
  for (const shortcut of component.shortcuts) {
    const { field, it } = shortcut;
    const folder = shortcutFolder(shortcut, folders);
    rows.add('Shortcut', field, {
      Shortcut: derivedId(it.name, `${component.id}\\${folder.path}\\${it.name}`),
      Directory_: folder.id,
      Name: folders.storedName(folder, linkName(it.name)).replaceAll(/\.lnk(?=\||$)/gi, ''),
      Component_: component.id,
      Target: targetOf(component, shortcut),
      Arguments: it.arguments,
      Description: it.description,
      Icon_: it.icon === undefined ? undefined : assets.iconId(it.icon),
      IconIndex: it.iconIndex,
      ShowCmd: it.window === undefined ? undefined : windows[it.window],
      WkDir:
        it.workingFolder === undefined
          ? undefined
          : folders.at(it.workingFolder, `${field}.workingFolder`).id,
    });
    // The folder of the menu goes with the last shortcut in it.
    if (folder.parent === undefined || cleaned.has(folder.id)) continue;
    cleaned.add(folder.id);
    rows.add('RemoveFile', field, {
      FileKey: derivedId(folder.name, `${component.id}\\${folder.path}`),
      Component_: component.id,
      DirProperty: folder.id,
      InstallMode: removeModes.uninstall,
    });
  }
}

export function writeRemovals(component: Component, folders: Folders, rows: Rows): void {
  for (const { field, it } of component.removeFiles) {
    const folder = folders.at(it.folder ?? component.it.folder, `${field}.folder`);
    rows.add('RemoveFile', field, {
      FileKey: derivedId(
        it.name ?? folder.name,
        [component.id, folder.path, it.name ?? '', it.on].join('\\'),
      ),
      Component_: component.id,
      FileName: it.name,
      DirProperty: folder.id,
      InstallMode: removeModes[it.on ?? 'uninstall'],
    });
  }
}
