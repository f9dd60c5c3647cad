/** The command lines of the platforms' installers: the one place that knows how each is asked to install, repair and remove. */
import type { ClientPackageKind } from '@holdfast/contract';
import type { Command } from '@holdfast/ports';

/** Name of the client in the books of dpkg and rpm. */
export const packageName = 'holdfast-client';

/** What an installer takes. A .tar.gz has none: its tree is laid out by `layOutTree`. */
export type InstallerKind = Exclude<ClientPackageKind, 'tar.gz'>;

export type InstallerLine = Omit<Command, 'mark'>;

/** Absolute paths. */
export type LinePlaces = {
  /** Folder that the installer is started in. */
  readonly folder: string;
  /** File that msiexec writes its log to. */
  readonly log: string;
};

/** Properties of msiexec that restore every file, value and service of a product that is installed (article KB829810). */
export const repairProperties: readonly string[] = ['REINSTALLMODE=vmeus', 'REINSTALL=ALL'];

/**
 * Installs a package, over whatever is there.
 * @param path absolute path of the package. @param properties of msiexec alone, each as `NAME=VALUE`
 */
export function installLine(
  kind: InstallerKind,
  path: string,
  places: LinePlaces,
  properties: readonly string[],
): InstallerLine {
  const { folder } = places;
  switch (kind) {
    case 'deb':
      return { program: 'dpkg', arguments: ['--install', path], folder };
    case 'rpm':
      return { program: 'rpm', arguments: ['--upgrade', '--replacepkgs', '--replacefiles', path], folder };
    case 'msi':
      return msiexec(places, [`/i "${path}"`, ...properties]);
  }
}

/** Takes the client away, its state left alone. @param productCode of msiexec alone */
export function removeLine(kind: InstallerKind, productCode: string, places: LinePlaces): InstallerLine {
  const { folder } = places;
  switch (kind) {
    case 'deb':
      return { program: 'dpkg', arguments: ['--remove', packageName], folder };
    case 'rpm':
      return { program: 'rpm', arguments: ['--erase', packageName], folder };
    case 'msi':
      return msiexec(places, [`/x ${productCode}`]);
  }
}

/** Takes a package of an older client away, with all that it calls its own. */
export function packageLine(
  of:
    | { readonly kind: 'deb'; readonly name: string }
    | { readonly kind: 'msi'; readonly productCode: string },
  places: LinePlaces,
): InstallerLine {
  if (of.kind === 'msi') return removeLine('msi', of.productCode, places);
  return { program: 'dpkg', arguments: ['--purge', of.name], folder: places.folder };
}

/** As one text: msiexec takes its own command line apart, and knows quotes only within a word. */
function msiexec({ folder, log }: LinePlaces, words: readonly string[]): InstallerLine {
  const all = [...words, '/qn', '/norestart', `/L*v "${log}"`].join(' ');
  return { program: 'msiexec', arguments: all, folder };
}
