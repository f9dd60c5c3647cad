/** What Windows Installer has written down about its products: where it looks for them itself. */
import { packGuid, unpackGuid } from './packed-guid.ts';
import type { RegistryPlace, RootRegistry } from './registry.ts';

/** Account of products that are installed for the whole machine. */
export const machineAccount = 'S-1-5-18';

export type InstalledProduct = {
  /** `{GUID}`, upper case. */
  readonly productCode: string;
  /** Security id that the product is registered under: `S-1-5-18` for the whole machine. */
  readonly account: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** Path of the package that Windows keeps for repairs. */
  readonly localPackage: string | undefined;
};

/** Where the key path of a component lies. */
export type RecordedKeyPath =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'registry'; readonly text: string };

const userData = 'Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData';

function place(...names: readonly string[]): RegistryPlace {
  return { hive: 'HKLM', key: [userData, ...names].join('\\'), view: '64' };
}

function text(registry: RootRegistry, at: RegistryPlace, name: string): string | undefined {
  const data = registry.value(at, name);
  return data?.kind === 'text' || data?.kind === 'expandable' ? data.text || undefined : undefined;
}

/** Accounts that have products, the machine first. */
function accounts(registry: RootRegistry): readonly string[] {
  const others = (registry.keys(place()) ?? []).filter((account) => account !== machineAccount);
  return [machineAccount, ...others];
}

/** The product as it is registered; undefined where it is not. */
export function installedProduct(registry: RootRegistry, productCode: string): InstalledProduct | undefined {
  const packed = packGuid(productCode);
  if (packed === undefined) return undefined;
  for (const account of accounts(registry)) {
    const at = place(account, 'Products', packed, 'InstallProperties');
    if (registry.values(at) === undefined) continue;
    return {
      productCode: productCode.toUpperCase(),
      account,
      name: text(registry, at, 'DisplayName'),
      version: text(registry, at, 'DisplayVersion'),
      localPackage: text(registry, at, 'LocalPackage'),
    };
  }
  return undefined;
}

/** Codes of all products that are registered, for the machine or for one user. */
export function installedProducts(registry: RootRegistry): readonly string[] {
  const codes = accounts(registry).flatMap((account) => registry.keys(place(account, 'Products')) ?? []);
  return [...new Set(codes.map(unpackGuid).filter((code) => code !== undefined))];
}

/**
 * The key path that is recorded for a component of a product: a path (`C?\...` counts shared files) or a registry value
 * (`02:\Software\...`, 22 in the 64-bit view). Undefined where the product has not installed the component.
 */
export function recordedKeyPath(
  registry: RootRegistry,
  product: InstalledProduct,
  componentId: string,
): RecordedKeyPath | undefined {
  const [component, code] = [packGuid(componentId), packGuid(product.productCode)];
  if (component === undefined || code === undefined) return undefined;
  const recorded = text(registry, place(product.account, 'Components', component), code);
  if (recorded === undefined) return undefined;
  if (/^-?\d+:/.test(recorded)) return { kind: 'registry', text: recorded };
  return { kind: 'path', path: recorded.replace(/^([A-Za-z])\?/, '$1:') };
}
