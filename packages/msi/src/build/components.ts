/** What a description groups into components, and the components that are implied where it does not. */
import type { ProductDescription } from './description.ts';
import type {
  ComponentDescription,
  EnvironmentDescription,
  FileDescription,
  IniDescription,
  RegistryDescription,
  RemoveFileDescription,
  RemoveRegistryDescription,
  ServiceControlDescription,
  ServiceDescription,
  ShortcutDescription,
} from './description-parts.ts';
import { derivedId, plainId } from './names.ts';
import { wrong } from './read-description.ts';

/** Something described, and where: `files[2]`. */
export type At<Item> = { readonly field: string; readonly it: Item };

/** How a component behaves, without what is in it. */
export type Behaviour = Pick<
  ComponentDescription,
  | 'folder'
  | 'feature'
  | 'guid'
  | 'condition'
  | 'permanent'
  | 'neverOverwrite'
  | 'sharedCount'
  | 'shared'
  | 'transitive'
  | 'bits'
>;

export type NamedFile = At<FileDescription> & {
  /** Key of the File table. */
  readonly id: string;
  /** On the target. */
  readonly name: string;
};

export type Component = At<Behaviour> & {
  readonly id: string;
  readonly files: NamedFile[];
  readonly registry: At<RegistryDescription>[];
  readonly services: At<ServiceDescription>[];
  readonly serviceControls: At<ServiceControlDescription>[];
  readonly shortcuts: At<ShortcutDescription>[];
  readonly environment: At<EnvironmentDescription>[];
  readonly ini: At<IniDescription>[];
  readonly createFolders: At<string>[];
  readonly removeFiles: At<RemoveFileDescription>[];
  readonly removeRegistry: At<RemoveRegistryDescription>[];
};

function located<Item>(field: string, items: readonly Item[] | undefined): At<Item>[] {
  return (items ?? []).map((it, index) => ({ field: `${field}[${index}]`, it }));
}

function emptyComponent(id: string, field: string, it: Behaviour): Component {
  return {
    id,
    field,
    it,
    files: [],
    registry: [],
    services: [],
    serviceControls: [],
    shortcuts: [],
    environment: [],
    ini: [],
    createFolders: [],
    removeFiles: [],
    removeRegistry: [],
  };
}

const targetName = (file: FileDescription): string => file.name ?? file.source.split(/[\\/]/).at(-1) ?? '';

/** Ids of files: the given one, the name where it is the only one of its kind, otherwise the name and its place. */
function fileNamer(product: ProductDescription): (file: At<FileDescription>, folder?: string) => NamedFile {
  const all = [...(product.files ?? []), ...(product.components ?? []).flatMap((one) => one.files ?? [])];
  const counts = new Map<string, number>();
  for (const file of all) {
    const id = (file.id ?? plainId(targetName(file))).toLowerCase();
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return (file, folder = '') => {
    const name = targetName(file.it);
    const plain = plainId(name);
    const alone = counts.get(plain.toLowerCase()) === 1;
    const id = file.it.id ?? (alone ? plain : derivedId(name, `${folder}\\${name}`.toLowerCase()));
    return { ...file, name, id };
  };
}

function explicitComponent(
  { field, it }: At<ComponentDescription>,
  named: (file: At<FileDescription>, folder?: string) => NamedFile,
): Component {
  return {
    id: it.id,
    field,
    it,
    files: located(`${field}.files`, it.files).map((file) => named(file, it.folder)),
    registry: located(`${field}.registry`, it.registry),
    services: located(`${field}.services`, it.services),
    serviceControls: located(`${field}.serviceControls`, it.serviceControls),
    shortcuts: located(`${field}.shortcuts`, it.shortcuts),
    environment: located(`${field}.environment`, it.environment),
    ini: located(`${field}.ini`, it.ini),
    createFolders: located(`${field}.createFolders`, it.createFolders),
    removeFiles: located(`${field}.removeFiles`, it.removeFiles),
    removeRegistry: located(`${field}.removeRegistry`, it.removeRegistry),
  };
}

/** Values of one key that behave alike are one component. */
function registryComponents(product: ProductDescription): Component[] {
  const groups = new Map<string, Component>();
  for (const value of located('registry', product.registry)) {
    const { root, key, name: _name, type: _type, value: _value, merge: _merge, ...behaviour } = value.it;
    const { removeKey: _removeKey, id: _id, keyPath: _keyPath, ...rest } = behaviour;
    const basis = JSON.stringify([root, key.toLowerCase(), Object.entries(rest).sort()]);
    const id = derivedId(key.split('\\').at(-1) ?? key, basis);
    const component = groups.get(basis) ?? emptyComponent(id, value.field, rest);
    component.registry.push(value);
    groups.set(basis, component);
  }
  return [...groups.values()];
}

/** The component of the file that a service or shortcut belongs to. */
function holderOf(
  components: readonly Component[],
  { field, it }: At<{ readonly file?: string }>,
): Component {
  if (it.file === undefined) {
    throw wrong(`${field}.file`, 'is missing; name the id of a file, or describe it inside a component');
  }
  const holder = components.find((component) => component.files.some((file) => file.id === it.file));
  if (holder === undefined) {
    const ids = components.flatMap((component) => component.files.map((file) => file.id));
    throw wrong(
      `${field}.file`,
      `there is no file with the id ${it.file}; the files are ${ids.slice(0, 10).join(', ')}`,
    );
  }
  return holder;
}

/** Whatever needs no file and no key of its own: told by the install folder. */
function settingsComponent(product: ProductDescription): Component | undefined {
  const settings: Component = {
    ...emptyComponent('Settings', '', {}),
    environment: located('environment', product.environment),
    ini: located('ini', product.ini),
    removeFiles: located('removeFiles', product.removeFiles),
    removeRegistry: located('removeRegistry', product.removeRegistry),
  };
  const { environment, ini, removeFiles, removeRegistry } = settings;
  const count = environment.length + ini.length + removeFiles.length + removeRegistry.length;
  return count > 0 ? settings : undefined;
}

/**
 * All components of a product, those of the description first.
 * @throws HoldfastError `msi.description-invalid`
 */
export function componentsOf(product: ProductDescription): Component[] {
  const named = fileNamer(product);
  const components = located('components', product.components).map((one) => explicitComponent(one, named));
  for (const file of located('files', product.files)) {
    const one = named(file, file.it.folder);
    const component = emptyComponent(`C_${one.id}`.slice(0, 72), file.field, file.it);
    component.files.push(one);
    components.push(component);
  }
  components.push(...registryComponents(product));
  for (const folder of located('createFolders', product.createFolders)) {
    const id = derivedId(folder.it.split(/[\\/]/).at(-1) ?? '', folder.it);
    components.push({
      ...emptyComponent(id, folder.field, { folder: folder.it }),
      createFolders: [folder],
    });
  }
  for (const service of located('services', product.services)) {
    holderOf(components, service).services.push(service);
  }
  for (const shortcut of located('shortcuts', product.shortcuts)) {
    holderOf(components, shortcut).shortcuts.push(shortcut);
  }
  const settings = settingsComponent(product);
  if (settings !== undefined) components.push(settings);
  return components;
}
