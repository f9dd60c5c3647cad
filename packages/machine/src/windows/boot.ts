/** The Windows machine as started. */
import { createHash } from 'node:crypto';
import { arch, hostname, release, uptime, version } from 'node:os';
import { HoldfastError } from '@holdfast/contract';
import type { Boot } from '@holdfast/ports';
import { readRegistry } from './registry.ts';
import { windowsSettled } from './settled.ts';
import { loadKoffi, win32 } from './win32.ts';

/** SystemTimeOfDayInformation: the first of its 48 bytes are the boot time, in 100 ns since 1601. */
const timeOfDay = { kind: 3, length: 48 } as const;

const windowsKey = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';

export function windowsBoot(): Boot {
  return {
    id: async () => bootId(),
    operatingSystem: async () => ({
      platform: 'windows',
      name: version(),
      version: [release(), localMachine(windowsKey, 'UBR')].filter((part) => part !== undefined).join('.'),
      architecture: arch(),
      epoch: epoch(),
    }),
    hostName: async () => hostname(),
    // GetTickCount64, which counts sleep.
    uptime: async () => uptime() * 1000,
    awake: async () => awakeMs(),
    settled: async () => windowsSettled(uptime() * 1000),
  };
}

let unbiased: ((time: Buffer) => boolean) | undefined;

/** QueryUnbiasedInterruptTime: 100 ns in which the machine was awake. */
function awakeMs(): number {
  unbiased ??= loadKoffi().load('kernel32.dll').func('bool QueryUnbiasedInterruptTime(void *time)');
  const time = Buffer.alloc(8);
  if (!unbiased?.(time)) throw new HoldfastError('internal', 'Windows does not tell how long it was awake.');
  return Number(time.readBigUInt64LE() / 10_000n);
}

/**
 * When the kernel started, to 100 ns. The kernel takes later changes of the clock out of it, so that it is one text
 * for the whole of a boot and no tolerance is needed. Waking from hibernation or fast startup is no new boot: the
 * processes of services live on through it. Under Wine it is the start of the prefix's server.
 */
export function bootId(): string {
  const information = Buffer.alloc(timeOfDay.length);
  if (!win32().systemInformation(timeOfDay.kind, information)) {
    throw new HoldfastError('internal', 'Windows does not tell when it started.');
  }
  return information.readBigUInt64LE().toString();
}

/**
 * A new installation draws a new MachineGuid, an upgrade writes a new InstallDate and build. The monthly updates
 * (UBR) are not in it: they replace files within one Windows.
 */
function epoch(): string {
  const facts = [
    localMachine('SOFTWARE\\Microsoft\\Cryptography', 'MachineGuid'),
    localMachine(windowsKey, 'InstallDate'),
    localMachine(windowsKey, 'CurrentBuildNumber'),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

function localMachine(key: string, name: string): string | undefined {
  return readRegistry({ hive: 'HKLM', key, name, view: '64' });
}
