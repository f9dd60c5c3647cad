/** Registry values, environment variables and lines of .ini files as the tables write them. */
import type { At, Component } from './components.ts';
import type { ProductDescription } from './description.ts';
import type { EnvironmentDescription, RegistryDescription } from './description-parts.ts';
import type { Folders } from './folders.ts';
import { derivedId } from './names.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

const roots = { HKMU: -1, HKCR: 0, HKCU: 1, HKLM: 2, HKU: 3 } as const;

/** Key of a value in the Registry table. */
export function registryId(component: Component, { it }: At<RegistryDescription>): string {
  if (it.id !== undefined) return it.id;
  const basis = [component.id, it.root, it.key.toLowerCase(), it.name?.toLowerCase() ?? '', it.type ?? ''];
  return derivedId(it.name ?? it.key.split('\\').at(-1) ?? 'key', basis.join('\\'));
}

function typeOf({ field, it }: At<RegistryDescription>): NonNullable<RegistryDescription['type']> {
  if (it.type !== undefined) return it.type;
  if (it.value === undefined && it.name === undefined) return 'key';
  if (it.value === undefined) throw wrong(`${field}.value`, 'is missing; add it');
  if (typeof it.value === 'number') return 'dword';
  return typeof it.value === 'string' ? 'string' : 'multi';
}

/** `#` in front of a value means that it is no text; a text that begins with it has two. */
const escaped = (text: string): string => (text.startsWith('#') ? `#${text}` : text);

const separator = '[~]';

/** Values between separators; one in front or behind says that there are other values to keep. */
function multiText({ field, it }: At<RegistryDescription>): string {
  if (!Array.isArray(it.value)) throw wrong(`${field}.value`, 'it must be a list of texts');
  const texts = it.value;
  if (texts.length === 0 || texts.some((text) => text === '')) {
    throw wrong(`${field}.value`, 'a list needs at least one text, and none may be empty');
  }
  const joined = texts.join(separator);
  if (it.merge === 'append') return `${separator}${joined}`;
  if (it.merge === 'prepend') return `${joined}${separator}`;
  return texts.length === 1 ? `${separator}${joined}${separator}` : joined;
}

function valueText(value: At<RegistryDescription>): string {
  const { field, it } = value;
  const type = typeOf(value);
  const must = (what: string) => wrong(`${field}.value`, `a value of type ${type} must be ${what}`);
  if (type === 'multi') return multiText(value);
  if (type === 'dword') {
    const number = it.value;
    if (typeof number !== 'number' || number < -(2 ** 31) || number >= 2 ** 32) {
      throw must('a whole number of 32 bits');
    }
    return `#${number >= 2 ** 31 ? number - 2 ** 32 : number}`;
  }
  if (typeof it.value !== 'string') throw must(type === 'binary' ? 'hexadecimal text' : 'text');
  if (type === 'binary') {
    if (!/^([0-9A-Fa-f]{2})*$/.test(it.value)) throw must('hexadecimal text, two digits a byte');
    return `#x${it.value.toUpperCase()}`;
  }
  return type === 'expandable' ? `#%${it.value}` : escaped(it.value);
}

export function writeRegistry(component: Component, rows: Rows): void {
  for (const value of component.registry) {
    const { field, it } = value;
    const isKey = typeOf(value) === 'key';
    if (it.key.startsWith('\\') || it.key.endsWith('\\')) {
      throw wrong(`${field}.key`, 'it begins or ends with a backslash; leave it out');
    }
    if (isKey && (it.value !== undefined || it.name !== undefined)) {
      throw wrong(`${field}.type`, 'a key has neither name nor value');
    }
    const id = registryId(component, value);
    const row = { Root: roots[it.root], Key: it.key, Component_: component.id };
    // `+` creates the key, `-` removes it with all that is in it, `*` does both.
    const keyMark = it.removeKey ? '*' : '+';
    rows.add('Registry', field, {
      ...row,
      Registry: id,
      Name: isKey ? keyMark : it.name,
      Value: isKey ? undefined : valueText(value),
    });
    if (!isKey && it.removeKey) {
      rows.add('Registry', field, { ...row, Registry: derivedId(`${id.slice(0, 40)}_key`, id), Name: '-' });
    }
  }
  for (const { field, it } of component.removeRegistry) {
    const id = derivedId(it.name ?? 'key', [component.id, it.root, it.key, it.name ?? ''].join('\\'));
    rows.add('RemoveRegistry', field, {
      RemoveRegistry: id,
      Root: roots[it.root],
      Key: it.key,
      Name: it.name ?? '-',
      Component_: component.id,
    });
  }
}

/** Prefixes of the Environment table: `=` sets, `-` removes on uninstall, `!` removes on install, `*` is the machine's. */
function environmentName(it: EnvironmentDescription, product: ProductDescription): string {
  const scope = it.scope ?? product.scope ?? 'machine';
  const does = it.value === undefined ? '!' : it.permanent ? '=' : '=-';
  return `${does}${scope === 'machine' ? '*' : ''}${it.name}`;
}

function environmentValue(it: EnvironmentDescription): string | undefined {
  // What is removed is removed whatever its value is.
  if (it.value === undefined) return undefined;
  if (it.merge === 'append') return `${separator};${it.value}`;
  if (it.merge === 'prepend') return `${it.value};${separator}`;
  return it.value;
}

export function writeSettings(
  component: Component,
  product: ProductDescription,
  folders: Folders,
  rows: Rows,
): void {
  for (const { field, it } of component.environment) {
    if (/^[=+\-!*]|=/.test(it.name)) {
      throw wrong(`${field}.name`, 'the name of a variable has no =, and none of = + - ! * in front');
    }
    rows.add('Environment', field, {
      Environment: derivedId(it.name, [component.id, it.name, it.scope ?? '', it.value ?? ''].join('\\')),
      Name: environmentName(it, product),
      Value: environmentValue(it),
      Component_: component.id,
    });
  }
  for (const { field, it } of component.ini) {
    const folder = folders.at(it.folder ?? component.it.folder, `${field}.folder`);
    rows.add('IniFile', field, {
      IniFile: derivedId(it.key, [component.id, folder.path, it.file, it.section, it.key].join('\\')),
      FileName: folders.storedName(folder, it.file),
      DirProperty: folder.id,
      Section: it.section,
      Key: it.key,
      Value: it.value,
      Action: it.onlyIfAbsent ? 1 : 0,
      Component_: component.id,
    });
  }
}
