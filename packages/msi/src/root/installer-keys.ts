/**
 * Where Windows Installer keeps what it knows of its products. For a product of the whole machine the account is
 * S-1-5-18 and its advertisement lies below HKLM\Software\Classes; for one user, below HKCU.
 */
import { packGuid } from './packed-guid.ts';
import { machineAccount } from './registration.ts';
import type { RegistryPlace } from './registry.ts';

const installer = 'Software\\Microsoft\\Windows\\CurrentVersion\\Installer';

function machine(...names: readonly string[]): RegistryPlace {
  return { hive: 'HKLM', key: names.join('\\'), view: '64' };
}

export type InstallerKeys = {
  /** UserData of the product: InstallProperties, Features below it. */
  readonly product: RegistryPlace;
  readonly installProperties: RegistryPlace;
  /** Features with the codes of their components. */
  readonly featureComponents: RegistryPlace;
  /** What is advertised: name, version, sources. */
  readonly advertised: RegistryPlace;
  readonly sourceList: RegistryPlace;
  readonly features: RegistryPlace;
  /** Value of the product in keys that list several. */
  readonly packed: string;
  component(componentId: string): RegistryPlace | undefined;
  /** Both places that list the products of an upgrade code. */
  upgradeCodes(upgradeCode: string): readonly RegistryPlace[];
};

/** @returns undefined for a product code that is no GUID */
export function installerKeys(productCode: string, account: string): InstallerKeys | undefined {
  const packed = packGuid(productCode);
  if (packed === undefined) return undefined;
  const forMachine = account === machineAccount;
  const product = machine(installer, 'UserData', account, 'Products', packed);
  const advertisement = (...names: readonly string[]): RegistryPlace =>
    forMachine
      ? machine('Software\\Classes\\Installer', ...names)
      : { hive: 'HKCU', key: ['Software\\Microsoft\\Installer', ...names].join('\\'), view: '64' };
  const below = (place: RegistryPlace, name: string): RegistryPlace => ({
    ...place,
    key: `${place.key}\\${name}`,
  });
  const advertised = advertisement('Products', packed);
  return {
    product,
    installProperties: below(product, 'InstallProperties'),
    featureComponents: below(product, 'Features'),
    advertised,
    sourceList: below(advertised, 'SourceList'),
    features: advertisement('Features', packed),
    packed,
    component(componentId) {
      const code = packGuid(componentId);
      return code === undefined ? undefined : machine(installer, 'UserData', account, 'Components', code);
    },
    upgradeCodes(upgradeCode) {
      const code = packGuid(upgradeCode);
      return code === undefined
        ? []
        : [machine(installer, 'UpgradeCodes', code), advertisement('UpgradeCodes', code)];
    },
  };
}

/** Counts how many products use a file that several bring; values are paths. */
export const sharedFilesKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\SharedDLLs';

/** What "Programs and Features" lists, by product code. */
export function uninstallKey(productCode: string, view: RegistryPlace['view']): RegistryPlace {
  return {
    hive: 'HKLM',
    key: `Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${productCode}`,
    view,
  };
}

/** Client of a component that stays when its last product goes. */
export const permanentClient = '0'.repeat(32);
