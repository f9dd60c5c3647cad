/** Files that several products bring, counted in SharedDLLs. Source: "Component Table", SharedDllRefCount. */
import type { Component } from '../product/model.ts';
import { sharedFilesKey } from '../root/installer-keys.ts';
import type { RegistryPlace, RootRegistry } from '../root/registry.ts';
import { is64Bit } from './context.ts';

const countsAlways = 8;

export function sharedPlace(component: Component): RegistryPlace {
  return { hive: 'HKLM', key: sharedFilesKey, view: is64Bit(component) ? '64' : '32' };
}

/** How often a key file is counted; undefined where it is not, and the component does not ask for it. */
export function sharedCount(registry: RootRegistry, path: string, component: Component): number | undefined {
  const data = registry.value(sharedPlace(component), path);
  if (data?.kind === 'number') return data.number;
  return (component.attributes & countsAlways) === 0 ? undefined : 0;
}
