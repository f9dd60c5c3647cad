/** A product as Windows Installer has it on record: its features, its sources, who else uses its components. */
import { installerKeys, permanentClient } from './installer-keys.ts';
import { packGuid, unpackGuid } from './packed-guid.ts';
import { type InstalledProduct, installedProduct, machineAccount } from './registration.ts';
import type { RegistryPlace, RootRegistry } from './registry.ts';

export type InstalledFeature = 'local' | 'absent';

export type ProductState = InstalledProduct & {
  /** For everybody on the machine, or for one account. */
  readonly forMachine: boolean;
  /** `{GUID}` of the package that it came from. */
  readonly packageCode: string | undefined;
  readonly packageName: string | undefined;
  readonly installDate: string | undefined;
  readonly language: number | undefined;
  /** As TRANSFORMS named them; every later run needs them again. */
  readonly transforms: string | undefined;
  /** Folders and addresses that it can be installed from again. */
  readonly sources: readonly string[];
  readonly features: ReadonlyMap<string, InstalledFeature>;
};

/** Before the parent's name, where a feature is on record and not installed. */
export const absentMark = '\u0006';

function textIn(registry: RootRegistry, place: RegistryPlace, name: string): string | undefined {
  const data = registry.value(place, name);
  return data?.kind === 'text' || data?.kind === 'expandable' ? data.text : undefined;
}

/** Undefined where the product is not installed. */
export function productState(registry: RootRegistry, productCode: string): ProductState | undefined {
  const product = installedProduct(registry, productCode);
  const keys = product && installerKeys(productCode, product.account);
  if (!product || !keys) return undefined;
  const read = (place: RegistryPlace, name: string) => textIn(registry, place, name);
  const packageCode = read(keys.advertised, 'PackageCode');
  const language = registry.value(keys.installProperties, 'Language');
  const sources = registry.values({ ...keys.sourceList, key: `${keys.sourceList.key}\\Net` }) ?? [];
  return {
    ...product,
    forMachine: product.account === machineAccount,
    packageCode: packageCode === undefined ? undefined : unpackGuid(packageCode),
    packageName: read(keys.sourceList, 'PackageName'),
    transforms: read(keys.advertised, 'Transforms'),
    installDate: read(keys.installProperties, 'InstallDate'),
    language: language?.kind === 'number' ? language.number : undefined,
    sources: sources.flatMap(({ data }) => ('text' in data ? data.text : [])),
    features: new Map(
      (registry.values(keys.features) ?? []).map(({ name, data }) => [
        name,
        'text' in data && data.text.startsWith(absentMark) ? 'absent' : 'local',
      ]),
    ),
  };
}

export type ComponentClients = {
  /** Other products that are on record as users of the component. */
  readonly others: readonly string[];
  /** Whether it stays whoever goes. */
  readonly permanent: boolean;
};

/** Who else has a component, among the products of one account. */
export function componentClients(
  registry: RootRegistry,
  { productCode, account }: Pick<InstalledProduct, 'productCode' | 'account'>,
  componentId: string,
): ComponentClients {
  const place = installerKeys(productCode, account)?.component(componentId);
  const own = packGuid(productCode);
  const names =
    place === undefined ? [] : (registry.values(place) ?? []).map(({ name }) => name.toUpperCase());
  return {
    others: names
      .filter((name) => name !== own && name !== permanentClient)
      .flatMap((name) => unpackGuid(name) ?? []),
    permanent: names.includes(permanentClient),
  };
}

/** Products that are registered under an upgrade code, for the machine or for this user. */
export function relatedProducts(registry: RootRegistry, upgradeCode: string): readonly string[] {
  const anyProduct = '{00000000-0000-0000-0000-000000000000}';
  const places = [machineAccount, 'user'].flatMap(
    (account) => installerKeys(anyProduct, account)?.upgradeCodes(upgradeCode) ?? [],
  );
  const packed = places.flatMap((place) => (registry.values(place) ?? []).map(({ name }) => name));
  return [...new Set(packed.flatMap((name) => unpackGuid(name) ?? []))];
}
