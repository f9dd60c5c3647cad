/** Properties at the beginning: of the package, the machine, the command line, and of what is installed. */
import { choosesFeatures } from '../evaluate/features.ts';
import type { Product } from '../product/model.ts';
import type { ProductState } from '../root/product-state.ts';
import type { PlanMachine, PlanPackage } from './machine.ts';
import type { Request } from './model.ts';

/** ALLUSERS=2 is for the machine where the account may, unless MSIINSTALLPERUSER says otherwise. */
function isForMachine(properties: ReadonlyMap<string, string>): boolean {
  const allUsers = properties.get('ALLUSERS');
  if (allUsers === '2')
    return properties.get('Privileged') === '1' && properties.get('MSIINSTALLPERUSER') !== '1';
  return allUsers === '1';
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('\\') + 1);
}

export type FirstProperties = {
  readonly properties: ReadonlyMap<string, string>;
  readonly forMachine: boolean;
};

/** A later map wins over an earlier one, as the installer does: command line, over package. */
export function firstProperties(
  product: Product,
  { machine }: PlanMachine,
  from: PlanPackage,
  request: Request,
  registered: ProductState | undefined,
): FirstProperties {
  const given = new Map([...request.properties].filter(([name]) => name === name.toUpperCase()));
  const properties = new Map([...product.properties, ...machine.properties, ...given]);
  const forMachine = registered?.forMachine ?? isForMachine(properties);
  const source = folderOf(from.path);
  const own = {
    // Per machine or per user was settled when it was installed.
    ALLUSERS: forMachine ? properties.get('ALLUSERS') || '1' : '',
    ProductState: registered === undefined ? '-1' : '5',
    Installed: registered === undefined ? '' : '00:00:00',
    Preselected: choosesFeatures(Object.fromEntries(given)) ? '1' : '',
    OriginalDatabase: from.path,
    DATABASE: from.path,
    SourceDir: source,
    SOURCEDIR: source,
    OutOfDiskSpace: '0',
  };
  const folders = forMachine ? machine.folders : machine.userFolders;
  return { properties: new Map([...properties, ...folders, ...Object.entries(own)]), forMachine };
}
