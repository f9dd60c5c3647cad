/** The installers and registry ports over tables that a test or a simulated program fills; durable at once. */
import { systemError } from '@holdfast/contract';
import type { Installers, PackageState, Readiness, Registry, RegistryPlace } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { type ToldState, toldState } from './told-state.ts';

export type RegistryValue = RegistryPlace;

export type SoftwareTables = {
  /** By name of the package; undefined on a machine without dpkg. */
  readonly dpkg: Map<string, PackageState> | undefined;
  /** By product code; undefined on a machine without Windows Installer. */
  readonly msi: Map<string, PackageState> | undefined;
  /** File versions by absolute path. */
  readonly fileVersions: Map<string, string>;
  /** Who installs something now; undefined = nobody. */
  readonly installing: ToldState<string | undefined>;
  /** Why no installation could be made at all, as a clause; undefined = it could. */
  readonly spoilt: { reason: string | undefined };
  readonly registry: {
    set(value: RegistryValue, text: string): void;
    get(value: RegistryValue): string | undefined;
    remove(value: RegistryValue): void;
  };
};

export function softwareTables(kind: 'linux' | 'windows'): SoftwareTables {
  const values = new Map<string, string>();
  // Names in the registry ignore case. A NUL cannot be in a name, so it parts them.
  const keyOf = ({ hive, view, key, name }: RegistryValue) =>
    [hive, view, key, name].join('\0').toLowerCase();
  return {
    dpkg: kind === 'linux' ? new Map() : undefined,
    msi: kind === 'windows' ? new Map() : undefined,
    fileVersions: new Map(),
    installing: toldState<string | undefined>(undefined),
    spoilt: { reason: undefined },
    registry: {
      set: (value, text) => values.set(keyOf(value), text),
      get: (value) => values.get(keyOf(value)),
      remove: (value) => void values.delete(keyOf(value)),
    },
  };
}

export function installersPort(tables: SoftwareTables, calls: Calls, life: Life): Installers {
  const stateIn = (table: Map<string, PackageState> | undefined, key: string) =>
    table && (table.get(key) ?? { installed: false });
  const { look, watch } = tables.installing.seen(calls, life, 'installers.idle');
  return {
    dpkg: (name) => calls.call(life, 'installers.dpkg', [name], () => stateIn(tables.dpkg, name)),
    msi: (code) => calls.call(life, 'installers.msi', [code], () => stateIn(tables.msi, code)),
    fileVersion: (path) =>
      calls.call(life, 'installers.fileVersion', [path], () => tables.fileVersions.get(path)),
    healthy: () => calls.call(life, 'installers.healthy', [], () => healthyUnless(tables.spoilt.reason)),
    idle: async () => idleUnless(await look(), tables.msi !== undefined),
    watch,
  };
}

function healthyUnless(spoilt: string | undefined): Readiness {
  if (spoilt === undefined) return { ready: true };
  return { ready: false, reason: spoilt, evidence: { spoilt } };
}

function idleUnless(installing: string | undefined, byMsi: boolean): Readiness {
  if (installing === undefined) return { ready: true };
  if (byMsi) return { ready: false, reason: `${installing} is installing`, evidence: { exitCode: 1618 } };
  return { ready: false, reason: `${installing} holds dpkg's lock`, evidence: { process: installing } };
}

/** ERROR_INVALID_PARAMETER */
const invalidParameter = 87;

/** A place or text that no registry has. @throws HoldfastError `system.failed` */
export function refuseUnfit({ key, name }: RegistryValue, text = ''): void {
  if (key !== '' && ![key, name, text].some((word) => word.includes('\0'))) return;
  throw systemError(invalidParameter, 'The registry has no such place');
}

export function registryPort(tables: SoftwareTables, calls: Calls, life: Life): Registry {
  const { registry } = tables;
  return {
    read: (value) => calls.call(life, 'registry.read', [value], () => registry.get(value)),
    write: (value, text) =>
      calls.call(life, 'registry.write', [value, text], () => {
        refuseUnfit(value, text);
        registry.set(value, text);
      }),
    remove: (value) =>
      calls.call(life, 'registry.remove', [value], () => {
        refuseUnfit(value);
        registry.remove(value);
      }),
  };
}
