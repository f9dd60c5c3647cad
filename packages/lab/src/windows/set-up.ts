/** What set-up of a Windows writes: its files and services, its version, and that file protection scans at the next start. */
import type { RegistryChange, WindowsHost } from '@holdfast/msi';
import { putFile } from './files.ts';
import { systemServices, type WindowsSystem, windowsFolder } from './system.ts';

const set = (key: string, name: string, text: string): RegistryChange => ({
  kind: 'set',
  place: { hive: 'HKLM', key, view: '64' },
  name,
  data: { kind: 'text', text },
});

const windowsNt = 'Software\\Microsoft\\Windows NT\\CurrentVersion';
const winlogon = { hive: 'HKLM', key: `${windowsNt}\\Winlogon`, view: '64' } as const;
/** "Windows File Protection registry values": a scan at the next start. */
const scanOnce = 2;
const scanValue = 'SFCScan';

/** What set-up writes: files over those of an older Windows, its version, and that protection scans at the next start. */
export async function layDown(host: WindowsHost, system: WindowsSystem): Promise<void> {
  for (const { path, bytes } of system.files) await putFile(host.files, path, bytes);
  await host.registry.apply([
    set(windowsNt, 'CurrentVersion', system.version),
    set(windowsNt, 'ProductName', system.title),
    { kind: 'set', place: winlogon, name: scanValue, data: { kind: 'number', number: scanOnce } },
  ]);
}

export async function putServices({ services }: WindowsHost): Promise<void> {
  for (const { name, displayName, program, group, dependencies } of systemServices) {
    await services.put({
      name,
      displayName,
      type: 0x20,
      start: 2,
      errorControl: 1,
      binaryPath: `${windowsFolder}\\System32\\${program}`,
      loadOrderGroup: group,
      dependencies,
      account: '',
      description: '',
    });
  }
}

export function asksForScan({ registry }: WindowsHost): boolean {
  const data = registry.value(winlogon, scanValue);
  return data?.kind === 'number' && data.number === scanOnce;
}

export function scanDone({ registry }: WindowsHost): Promise<void> {
  return registry.apply([{ kind: 'remove-value', place: winlogon, name: scanValue }]);
}
