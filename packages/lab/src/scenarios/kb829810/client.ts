/** What the profiles share: how the client looks at its drivers, and how it has them installed. */
import type { RunResult, WindowsHost } from '@holdfast/msi';
import { isFile } from '../../windows/files.ts';
import { msiexec } from '../../windows/msiexec.ts';
import { systemFolder } from '../../windows/system.ts';
import { type ClientPackages, type DriverVariant, drivers, remoteAgent, remoteControl } from './packages.ts';

export const driverFolder = `${systemFolder}\\drivers`;
/** Where the client keeps the package that it was installed from, for repairs. */
export const clientSource = `${systemFolder}\\ccmsetup`;

export function driverPath(name: string): string {
  return `${driverFolder}\\${name}.sys`;
}

export const serviceKey = (name: string) =>
  ({ hive: 'HKLM', key: `System\\CurrentControlSet\\Services\\${name}`, view: '64' }) as const;

export type DriverState = { readonly complete: true } | { readonly complete: false; readonly reason: string };

/** Looks at every byte: the drivers are there in this variant, Windows is to load them, and the agent is there. */
export async function driverState(
  { files, registry }: Pick<WindowsHost, 'files' | 'registry'>,
  packages: ClientPackages,
  variant: DriverVariant,
): Promise<DriverState> {
  for (const name of drivers) {
    if ((await files.stat(driverPath(name))) === undefined) return missing(`${name}.sys is missing`);
    if (!(await isFile(files, driverPath(name), packages.driver(name, variant)))) {
      return missing(`${name}.sys is not the one for ${variant === 'xp' ? 'Windows XP' : 'Windows 2000'}`);
    }
    const made = registry.value(serviceKey(name), 'Variant');
    if (made?.kind !== 'text' || made.text !== variant)
      return missing(`Windows is not told to load ${name}.sys`);
  }
  if ((await files.stat(`${systemFolder}\\${remoteAgent}.exe`)) !== undefined) return { complete: true };
  return missing(`${remoteAgent}.exe is missing`);
}

function missing(reason: string): DriverState {
  return { complete: false, reason };
}

/** What the client asks the installer for when its drivers are not those of this Windows. */
export function installDrivers(host: WindowsHost, { advanced }: ClientPackages): Promise<RunResult> {
  const line = `msiexec /I ${advanced.fileName} REINSTALLMODE=vmeus REINSTALL=${remoteControl}`;
  return msiexec(host, line, clientSource);
}

/** The number that file protection gave an installation, if that is what it failed by (error 1933). */
export function protectionError({ cause }: RunResult): number | undefined {
  return cause?.installerError === 1933 ? Number(cause.values[0]) : undefined;
}
