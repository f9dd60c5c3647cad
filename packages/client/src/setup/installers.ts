/** The command lines of the platforms' installers, and what their own books say of the client. */
import { type ClientPackageKind, HoldfastError } from '@holdfast/contract';
import type { Command } from '@holdfast/ports';
import type { Static } from 'typebox';
import { childPath } from '../paths.ts';
import { chosenOf, wholePackage } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** Name of the client in the books of dpkg and rpm. */
export const packageName = 'holdfast-client';

type Kind = Static<typeof ClientPackageKind>;
type Line = Omit<Command, 'mark'>;

/** @throws HoldfastError `content.hash-mismatch` where the package is not whole any more */
export async function installCommand(setUp: SetUp): Promise<Line> {
  const { host } = setUp;
  const { kind, productCode } = chosenOf(setUp).package;
  const path = await packagePath(setUp);
  switch (kind) {
    case 'deb':
      return line(setUp, 'dpkg', ['--install', path]);
    case 'rpm':
      return line(setUp, 'rpm', ['--upgrade', '--replacepkgs', '--replacefiles', path]);
    case 'msi': {
      const known = productCode === undefined ? undefined : await host.ports.installers.msi(productCode);
      const words = known?.installed ? ['REINSTALLMODE=vmeus', 'REINSTALL=ALL'] : properties(setUp);
      return msiexec(setUp, [`/i "${path}"`, ...words]);
    }
    case 'tar.gz':
      throw new HoldfastError('internal', 'No installer is asked to lay out a .tar.gz.');
  }
}

/** Takes the client away, its state left alone. */
export async function removeCommand(
  setUp: SetUp,
  kind: Kind = chosenOf(setUp).package.kind,
  productCode = productOf(setUp),
): Promise<Line> {
  switch (kind) {
    case 'deb':
      return line(setUp, 'dpkg', ['--remove', packageName]);
    case 'rpm':
      return line(setUp, 'rpm', ['--erase', packageName]);
    case 'msi':
      return msiexec(setUp, [`/x ${productCode}`]);
    case 'tar.gz':
      throw new HoldfastError('internal', 'No installer is asked to take a tree away.');
  }
}

const productOf = (setUp: SetUp) => setUp.progress().chosen?.package.productCode ?? '';

const line = ({ host }: SetUp, program: string, words: readonly string[]): Line => ({
  program,
  arguments: words,
  folder: host.places.state,
});

/** As one text: msiexec takes its own command line apart, and knows quotes only within a word. */
function msiexec({ host }: SetUp, words: readonly string[]): Line {
  const log = childPath({ path: childPath({ path: host.places.state }, 'setup') }, 'msiexec.log');
  const all = [...words, '/qn', '/norestart', `/L*v "${log}"`].join(' ');
  return { program: 'msiexec', arguments: all, folder: host.places.state };
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
