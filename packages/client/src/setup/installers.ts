/** What a set-up has the platform's installer do, and what the installer's own book says of the client. */
import { HoldfastError } from '@holdfast/contract';
import {
  type InstallerKind,
  type InstallerLine,
  installLine,
  type LinePlaces,
  packageName,
  removeLine,
  repairProperties,
} from '../installer/lines.ts';
import { childPath } from '../paths.ts';
import { chosenOf, wholePackage } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** @throws HoldfastError `content.hash-mismatch` where the package is not whole any more */
export async function installCommand(setUp: SetUp, kind: InstallerKind): Promise<InstallerLine> {
  const { productCode } = chosenOf(setUp).package;
  const known =
    kind === 'msi' && productCode !== undefined
      ? await setUp.host.ports.installers.msi(productCode)
      : undefined;
  const words = known?.installed ? repairProperties : properties(setUp);
  return installLine(kind, await packagePath(setUp), placesOf(setUp), words);
}

/** Takes the client away, its state left alone. */
export function removeCommand(
  setUp: SetUp,
  kind: InstallerKind,
  productCode = setUp.progress().chosen?.package.productCode ?? '',
): InstallerLine {
  return removeLine(kind, productCode, placesOf(setUp));
}

export function placesOf({ host }: Pick<SetUp, 'host'>): LinePlaces {
  const folder = host.places.state;
  return { folder, log: childPath({ path: childPath({ path: folder }, 'setup') }, 'msiexec.log') };
}

/**
 * Neither SITE nor TOKEN: the phase after this one enrols, and a secret on a command line is read by everyone on the
 * machine.
 */
function properties({ host, progress }: SetUp): readonly string[] {
  const { cacheMegabytes, logLevel, siteCode } = progress().request;
  return [
    `INSTALLDIR="${host.places.install}"`,
    ...(siteCode === null ? [] : [`SITECODE=${siteCode}`]),
    ...(cacheMegabytes === null ? [] : [`CACHESIZE=${cacheMegabytes}`]),
    ...(logLevel === null ? [] : [`LOGLEVEL=${logLevel}`]),
  ];
}

async function packagePath(setUp: SetUp): Promise<string> {
  const names = await wholePackage(setUp);
  const { name } = chosenOf(setUp).package;
  if (names === undefined) {
    throw new HoldfastError('content.hash-mismatch', `${name} is not whole any more.`);
  }
  return [...names, name].reduce((path, one) => childPath({ path }, one), setUp.host.places.state);
}

/** What keeps the installer's own book from counting the client as installed; undefined where nothing does. */
export async function systemSays(setUp: SetUp): Promise<string | undefined> {
  const { installers } = setUp.host.ports;
  const { package: wanted, version } = chosenOf(setUp);
  if (wanted.kind === 'deb') {
    const found = await installers.dpkg(packageName);
    return found?.installed && found.version === version
      ? undefined
      : `dpkg does not have ${packageName} ${version}`;
  }
  if (wanted.kind === 'msi' && wanted.productCode !== undefined) {
    const found = await installers.msi(wanted.productCode);
    return found?.installed ? undefined : `Windows Installer does not have ${wanted.productCode}`;
  }
  return undefined;
}
