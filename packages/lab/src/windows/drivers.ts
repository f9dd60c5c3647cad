/** Drivers of a simulated Windows: loaded while it starts, if their file is there and made for this Windows. */
import type { WindowsHost } from '@holdfast/msi';
import type { Timeline } from '../timeline/timeline.ts';
import { systemFolder } from './system.ts';

const kernelDriver = 1;
/** Loaded by the boot loader or by the kernel ("Start" of a service: 0 and 1). */
const latestKernelStart = 1;

/** Each that Windows is to load is told: loaded, or why not. */
export async function loadDrivers(
  { services, registry, files, machine }: WindowsHost,
  timeline: Timeline,
): Promise<void> {
  const key = 'System\\CurrentControlSet\\Services';
  for (const name of registry.keys({ hive: 'HKLM', key, view: '64' }) ?? []) {
    const service = (await services.get(name))?.configuration;
    if (service?.type !== kernelDriver || service.start > latestKernelStart) continue;
    const file = service.binaryPath.split('\\').at(-1) ?? '';
    const found = (await files.stat(`${systemFolder}\\drivers\\${file}`)) !== undefined;
    const made = registry.value({ hive: 'HKLM', key: `${key}\\${name}`, view: '64' }, 'Variant');
    const fits = made?.kind !== 'text' || made.text === (machine.windows === '5.0' ? '2000' : 'xp');
    if (!found) timeline.tell('boot', `${file} is not loaded: it is missing`);
    else if (!fits) timeline.tell('boot', `${file} is not loaded: it is made for another Windows`);
    else timeline.tell('boot', `${file} is loaded`);
  }
}
