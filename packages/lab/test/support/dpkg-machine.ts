/** A simulated Debian with packages of three names in three versions, and its dpkg at hand. */
import type { FolderNode } from '../../src/disk/nodes.ts';
import { readPackages } from '../../src/linux/database.ts';
import { writeDeb } from '../../src/linux/deb.ts';
import { type DebianMachine, debianMachine } from '../../src/linux/machine.ts';
import { makeFolders } from '../../src/machine/machine.ts';
import { inVirtualTime } from '../../src/world/run.ts';
import { hasDpkg } from './real-dpkg.ts';

export const root = '/system';
export const packages = ['anvil', 'bellows', 'tongs'] as const;
export const versions = ['1.0', '2.0-1', '1:0.5+deb12u1'] as const;

/** A package of which each version has files of its own, files that all have, and some that are equal. */
export function debOf(name: string, version: string): Uint8Array {
  const text = (words: string) => Buffer.from(`${words}\n`, 'utf8');
  const control = new Map([
    ['Package', name],
    ['Version', version],
    ['Architecture', 'all'],
    ['Maintainer', 'The Lab <lab@site.example>'],
    ['Priority', 'optional'],
    ['Section', 'admin'],
    ['Description', `${name} for smiths\n It has two lines.\n .\n And a third.`],
  ]);
  return writeDeb(control, {
    [`/usr/bin/${name}`]: text(`${name} ${version}`),
    [`/usr/share/${name}/same`]: text(name),
    [`/usr/share/${name}/${version.replace(':', '-')}/own`]: text(version),
    [`/opt/${name}-${version.replace(':', '-')}/large`]: Buffer.alloc(9_000, version),
  });
}

export const debName = (name: string, version: string) => `${name}_${version.replace(':', '%3a')}.deb`;

/** Puts a file on a simulated disk, durable. */
export function put({ volume }: DebianMachine, path: string, bytes: Uint8Array): void {
  const cut = path.lastIndexOf('/');
  const folder = makeFolders(volume, path.slice(0, cut));
  const file = volume.newFile({ folder, name: path.slice(cut + 1) }, 0o644);
  volume.write(file, 0, bytes);
  volume.syncFile(file);
  volume.syncFolder(folder);
}

export function newMachine(): DebianMachine {
  const machine = debianMachine(1, { root });
  for (const name of packages) {
    for (const version of versions) put(machine, `/debs/${debName(name, version)}`, debOf(name, version));
  }
  return machine;
}

export function simulated(
  machine: DebianMachine,
  words: readonly string[],
): Promise<{ code: number; output: string }> {
  return inVirtualTime(machine.clock, async () => {
    const { processes } = machine.ports('test');
    const command = { program: 'dpkg', arguments: [`--root=${root}`, ...words], folder: '/debs' };
    const { code, output } = await (await processes.start(command)).exit;
    return { code: code ?? -1, output };
  });
}

export const systemOf = (machine: DebianMachine): FolderNode => makeFolders(machine.volume, root);

/** As dpkg-query tells it of the database, read by the lab. */
export async function queried(machine: DebianMachine): Promise<readonly string[]> {
  const found = await inVirtualTime(machine.clock, () => readPackages(machine.ports('query').disk, root));
  return [...(found?.values() ?? [])]
    .map(({ name, status: { want, flag, state }, fields }) =>
      [name, fields.get('Version') ?? '', want, flag, state].join(' '),
    )
    .sort();
}

/** For tests that need the real one. */
export const withDpkg = { skip: hasDpkg ? false : 'there is no dpkg here' };
