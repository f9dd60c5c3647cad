/** A product evaluated as it is installed on a machine: on its Windows, in the folders that were chosen for it. */
import { evaluate } from '../evaluate/evaluate.ts';
import { describeMachine, type WindowsVersion } from '../evaluate/machine.ts';
import type { Evaluation } from '../evaluate/model.ts';
import type { Product } from '../product/model.ts';
import { installedProduct, machineAccount } from '../root/registration.ts';
import type { RegistryPlace } from '../root/registry.ts';
import type { Root } from '../root/root.ts';
import { recordedOf, relocations } from './components.ts';

const known: readonly WindowsVersion[] = ['5.0', '5.1', '5.2', '6.0', '6.1', '6.2', '6.3'];

function reader({ registry }: Root) {
  return (hive: RegistryPlace['hive'], key: string, name: string): string | undefined => {
    const data = registry.value({ hive, key: `Software\\Microsoft\\${key}`, view: '64' }, name);
    return data?.kind === 'text' || data?.kind === 'expandable' ? data.text : undefined;
  };
}

/** Folders of this Windows that its registry names; those that it does not are where they always are. */
function foldersOf(root: Root): Record<string, string> {
  const read = reader(root);
  const current = (name: string) => read('HKLM', 'Windows\\CurrentVersion', name);
  const narrow = (name: string) => (root.architecture === 'x64' ? current(`${name} (x86)`) : current(name));
  const systemRoot = read('HKLM', 'Windows NT\\CurrentVersion', 'SystemRoot');
  const under = (name: string) => (systemRoot === undefined ? undefined : `${systemRoot}\\${name}`);
  const wide = root.architecture === 'x64';
  const folders = {
    ProgramFilesFolder: narrow('ProgramFilesDir'),
    CommonFilesFolder: narrow('CommonFilesDir'),
    ProgramFiles64Folder: wide ? current('ProgramFilesDir') : undefined,
    CommonFiles64Folder: wide ? current('CommonFilesDir') : undefined,
    WindowsFolder: systemRoot,
    SystemFolder: under(wide ? 'SysWOW64' : 'System32'),
    System64Folder: wide ? under('System32') : undefined,
    FontsFolder: under('Fonts'),
  };
  return Object.fromEntries(
    Object.entries(folders).filter((entry): entry is [string, string] => /^[A-Za-z]:\\/.test(entry[1] ?? '')),
  );
}

/** Name of the folder that the user's profile is. */
function userOf(root: Root): string | undefined {
  const appData = reader(root)('HKCU', 'Windows\\CurrentVersion\\Explorer\\Shell Folders', 'AppData');
  return /^[A-Za-z]:\\Users\\([^\\]+)\\/i.exec(appData ?? '')?.[1];
}

/**
 * Evaluates a product on a root. Where the product is registered there, it is evaluated for those that it is installed
 * for, and directories go where the recorded key paths of its components are.
 *
 * @param properties of the command line that installed it
 * @throws HoldfastError as `evaluate`
 */
export async function evaluateInstalled(
  product: Product,
  root: Root,
  properties: Readonly<Record<string, string>> = {},
): Promise<Evaluation> {
  const user = userOf(root);
  const folders = foldersOf(root);
  const current = reader(root)('HKLM', 'Windows NT\\CurrentVersion', 'CurrentVersion');
  const machine = {
    architecture: root.architecture,
    windows: known.find((version) => version === current) ?? '10.0',
    ...(user === undefined ? {} : { user }),
  } as const;
  const registered = installedProduct(root.registry, product.productCode ?? '');
  const given = registered?.account === machineAccount ? { ALLUSERS: '1', ...properties } : properties;
  const first = await evaluate(product, describeMachine({ ...machine, folders }), { properties: given });
  const moved = relocations(product, first, recordedOf(product, root, registered));
  if (moved.size === 0) return first;
  // As folders of the machine: a directory that is no public property cannot be given on a command line.
  const elsewhere = { ...folders, ...Object.fromEntries(moved) };
  return await evaluate(product, describeMachine({ ...machine, folders: elsewhere }), { properties: given });
}
