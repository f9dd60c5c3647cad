/**
 * Profile `sms2003`: the driver upgrade as KB829810 tells of it. It runs when the client starts, asks nobody whether
 * Windows is ready, removes the old driver first, and is tried once for each version of Windows.
 */
import type { RegistryChange, WindowsHost } from '@holdfast/msi';
import { driverPath, driverState, installDrivers, protectionError, serviceKey } from './client.ts';
import { drivers } from './packages.ts';
import { simply } from './profile.ts';

const own = { hive: 'HKLM', key: 'Software\\Microsoft\\SMS\\Client\\Remote Control', view: '64' } as const;
const triedFor = 'Drivers Upgraded For';

async function removeDrivers({ files, registry }: WindowsHost): Promise<void> {
  for (const name of drivers) await files.remove(driverPath(name));
  await registry.apply(
    drivers.map((name): RegistryChange => ({ kind: 'remove-key', place: serviceKey(name) })),
  );
}

export const sms2003 = simply(
  'sms2003',
  'as in the article: at start-up, no gate, old driver removed first, no retry',
  async ({ host, clock, ports }, { packages, world, timeline, counts }) => {
    await clock.sleep(world.clientWorkMs);
    const { epoch } = await ports.boot.operatingSystem();
    const tried = host.registry.value(own, triedFor);
    if (tried?.kind === 'text' && tried.text === epoch) {
      timeline.tell('client', 'the drivers were upgraded for this Windows before: nothing to do');
      return;
    }
    const place = { kind: 'set', place: own, name: triedFor, data: { kind: 'text', text: epoch } } as const;
    await host.registry.apply([place]);
    if ((await driverState(host, packages, 'xp')).complete) return;
    timeline.tell('client', 'Windows is another one: the old remote control drivers are removed');
    await removeDrivers(host);
    await clock.sleep(world.installerMs);
    const result = await installDrivers(host, packages);
    const win32 = protectionError(result);
    if (win32 !== undefined) counts.error(win32);
    timeline.tell(
      'client',
      result.exitCode === 0
        ? 'the drivers for this Windows are installed'
        : `the installer ended with ${result.exitCode}: ${result.cause?.message ?? ''} Not tried again`,
      win32 === undefined ? {} : { win32 },
    );
  },
);
