/** The client that this program belongs to, as its package installed it: what its components are looked at and mended by. */
import { join } from 'node:path';
import { type ClientInstallation, type Installation, loadComponentWork } from '@holdfast/client';
import { HoldfastError, holdfastVersion } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import type { Machine } from '@holdfast/machine';
import { type LockKind, lockFolder } from './lock.ts';
import { clientPlace } from './place.ts';
import { releaseKey } from './release-key.ts';
import { driverFile, testScreenDriver } from './screen-driver.ts';
import { settingsIn } from './settings.ts';
import { versionHost } from './version-host.ts';

/**
 * Whoever repairs holds it, the running client or a verb beside it: a repair is long, and the client must go on meanwhile,
 * so the lock of the state folder is not the one.
 */
const repairLock: LockKind = { file: 'components.lock', code: 'system.busy' };

/** Undefined in a program that runs from sources. */
export function clientInstallation(folder: string, machine: Machine): ClientInstallation | undefined {
  const place = clientPlace();
  if (!place || releaseKey === undefined) return undefined;
  const versions = versionHost(machine, folder);
  return {
    place,
    releaseKey,
    ...(versions ? { versions } : {}),
    testDriver: (path) => testScreenDriver(machine, join(path, driverFile)),
    alone: async (work) => {
      const lock = await lockFolder(folder, machine, repairLock);
      try {
        return await work();
      } finally {
        await lock.release();
      }
    },
  };
}

/**
 * The same for a program beside the running client: with its site, where it is one's client, and a serial of its own.
 * @throws HoldfastError `not-found` in a program that runs from sources
 */
export async function installationBeside(folder: string, machine: Machine): Promise<Installation> {
  const installation = clientInstallation(folder, machine);
  if (!installation) {
    throw new HoldfastError('not-found', 'No package has installed this program: it has no components.');
  }
  const { packageSiteOf } = await loadComponentWork();
  // Repairing works without a site, and settings may be among what is broken.
  const settings = await settingsIn(folder).catch(() => undefined);
  const site = settings && (await packageSiteOf(machine, folder, settings.site));
  return {
    ...installation,
    ports: machine,
    stateFolder: folder,
    version: holdfastVersion,
    exclusive: createSerial(),
    ...(site ? { site } : {}),
  };
}
