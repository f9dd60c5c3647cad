/** The screen driver of the client that this program is part of. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadComponentWork, openDriver, type SelfTestResult, screenSelfTestApart } from '@holdfast/client';
import { compareVersions, HoldfastError, holdfastVersion } from '@holdfast/contract';
import type { Serial } from '@holdfast/engine';
import type { MachinePorts, Screen } from '@holdfast/ports';
import { clientPlace } from './place.ts';
import { releaseKey } from './release-key.ts';

/** File of a driver, in the folder of its variant. */
export const driverFile = 'screen.mjs';

/** Loads the driver at a path: of any version, wherever it was laid out. @throws HoldfastError `component.damaged` */
export function openScreenDriver(path: string): Promise<Screen> {
  // Packages lie beside the launcher; a driver may lie anywhere.
  const packagesOf = launcherPath() ?? import.meta.url;
  return openDriver((file) => import(pathToFileURL(file).href), path, { packagesOf });
}

/** Tests the driver at a path in a process of its own. Never rejects. */
export function testScreenDriver(
  ports: Pick<MachinePorts, 'processes' | 'clock'>,
  path: string,
): Promise<SelfTestResult> {
  const main = launcherPath() ?? join(import.meta.dirname, '../holdfast-client.ts');
  const words = [main, 'screen', 'test', '--json', '--driver', path];
  return screenSelfTestApart(ports, { program: process.execPath, arguments: words, folder: dirname(main) });
}

/** As the client's build has them. */
function windowsVariant(version: string): string {
  const isBefore = (other: string) => (compareVersions(version, other) ?? 0) < 0;
  if (isBefore('6.1')) return 'winxp';
  return isBefore('10.0') ? 'win7' : 'win10';
}

function launcherPath(): string | undefined {
  const place = clientPlace();
  return place && join(place.installFolder, 'launcher/launcher.mjs');
}

/**
 * Path of the driver in use; of the one that fits this version of the system where none is in use yet. Of an installed
 * client only one that is as its signed manifest says: it is code that is about to run with all rights.
 * @throws HoldfastError `component.damaged`
 */
export async function screenDriverPath(ports: MachinePorts, stateFolder: string): Promise<string> {
  const place = clientPlace();
  if (place === undefined) {
    const { platform, version } = await ports.boot.operatingSystem();
    const variant = platform === 'windows' ? windowsVariant(version) : 'x11';
    return join(import.meta.dirname, `../components/screen-${variant}.ts`);
  }
  if (releaseKey === undefined) {
    throw new HoldfastError('component.damaged', 'This client was built without the key of its release.');
  }
  // Nothing is changed, so nothing has to wait for anything.
  const exclusive: Serial = (work) => work();
  const installation = { ports, place, stateFolder, releaseKey, version: holdfastVersion, exclusive };
  const { verifyComponent, wholeDriver } = await loadComponentWork();
  const active = await wholeDriver(installation, 'screen');
  if (active !== undefined) return join(active.path, driverFile);
  const { variant, damages } = await verifyComponent(installation, 'screen');
  const [damage] = damages;
  if (damage !== undefined || variant === null) {
    const what = damage ? `: ${damage.what}: ${damage.reason}` : '';
    throw new HoldfastError('component.damaged', `The component screen is damaged${what}.`);
  }
  return join(place.versionFolder, 'screen', variant, driverFile);
}
