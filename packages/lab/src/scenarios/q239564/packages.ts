/**
 * The SMS 2.0 client with its base and optional components as one package. When an inventory was last taken is written
 * where the component has its settings, so that to install the component anew is to forget it. Bytes are stand-ins.
 */
import { programOf } from '../../windows/program-file.ts';
import { packageOf } from '../field/packages.ts';

export const inventories = ['HardwareInventory', 'SoftwareInventory'] as const;
export type Inventory = (typeof inventories)[number];

/** Base components first. */
export const features = [
  'Base',
  'SoftwareDistribution',
  'RemoteTools',
  'EventToTrap',
  ...inventories,
] as const;
export type FeatureName = (typeof features)[number];

export const packageName = 'smsclient.msi';
export const packageFolder = 'C:\\WINNT\\MS\\SMS\\Core';
export const clientFolder = 'C:\\WINNT\\MS\\SMS\\Clicomp';
export const lastCycle = 'Last Cycle';

export function settingsOf(feature: FeatureName) {
  return { hive: 'HKLM', key: `Software\\Microsoft\\SMS\\Client\\${feature}`, view: '64' } as const;
}

export function fileOf(feature: FeatureName): string {
  return `${feature}.dll`;
}

function isInventory(feature: FeatureName): feature is Inventory {
  return inventories.some((one) => one === feature);
}

let made: Promise<Uint8Array> | undefined;

/** Compiled once in a process: nobody changes its bytes. */
export function clientPackage(): Promise<Uint8Array> {
  made ??= packageOf(
    {
      name: 'SMS 2.0 Client',
      manufacturer: 'Microsoft Corporation',
      version: '2.0.1239',
      architecture: 'x86',
      upgradeCode: '{02395640-0000-4000-8000-000000239564}',
      folder: 'WindowsFolder/MS/SMS/Clicomp',
      features: features.map((id) => ({ id })),
      components: features.map((feature) => ({
        id: feature,
        feature,
        files: [{ source: fileOf(feature) }],
        ...(isInventory(feature)
          ? { registry: [{ root: 'HKLM' as const, key: settingsOf(feature).key, name: lastCycle, value: 0 }] }
          : {}),
      })),
    },
    (source) => programOf('2.0.1239.0', source),
  );
  return made;
}
