/** The packages of the two Debians, as far as the story has them, and the machine that has the first one. */

import { managedRoot, stateFolder } from '../../flows/client-service.ts';
import { driverPackage, simplePackage } from '../../linux/deployment.ts';
import { type DebianMachine, debianMachine } from '../../linux/machine.ts';
import { makeFolders } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace } from '../../world/trace.ts';
import type { Stage } from '../field/managed-machine.ts';

/** Versions of Debian 11.0 and 12.0, and what their security updates look like. */
const systems = {
  '11': { 'base-files': '11.1', libc6: '2.31-13', systemd: '247.3-6' },
  '12': { 'base-files': '12.4', libc6: '2.36-9', systemd: '252.6-1' },
  updates: { libc6: '2.36-9+deb12u1', systemd: '252.12-1~deb12u1' },
} as const;

/** The driver has a build for each Debian: that for 11 does nothing on 12. */
export const driverVersions = { '11': '1.0-1', '12': '2.0-1+deb12u1' } as const;

const archives = '/archives';

/** Paths of the archives of a set of packages. */
export function archivesOf(set: keyof typeof systems): readonly string[] {
  return Object.entries(systems[set]).map(([name, version]) => archiveOf(name, version));
}

export function archiveOf(name: string, version: string): string {
  return `${archives}/${name}_${version}.deb`;
}

export const driverArchive = (release: keyof typeof driverVersions) =>
  archiveOf('rc-driver', driverVersions[release]);

function systemPackage(name: string, version: string): Uint8Array {
  return simplePackage(name, version, {
    [`/usr/lib/${name}/${name}`]: Buffer.from(`${name} ${version}\n`, 'utf8'),
  });
}

/** A machine on which Debian 11 was installed long ago, with the archives that the story needs. */
export async function installedDebian(random: Random, { clock }: Stage): Promise<DebianMachine> {
  const machine = debianMachine(random, {
    clock,
    // Calls are counted and the count is traced: their facts would cost more than the calls.
    trace: noTrace,
    root: managedRoot,
    release: '11',
    journal: true,
    folders: [stateFolder, archives],
  });
  for (const [path, bytes] of allArchives()) putArchive(machine, path, bytes);
  const { processes } = machine.ports('set-up');
  await inVirtualTime(clock, async () => {
    const words = [`--root=${managedRoot}`, '-i', ...archivesOf('11')];
    const { code, output } = await (
      await processes.start({ program: 'dpkg', arguments: words, folder: archives })
    ).exit;
    if (code !== 0) throw new Error(`Debian 11 could not be installed: ${output}`);
  });
  return machine;
}

function allArchives(): readonly (readonly [path: string, bytes: Uint8Array])[] {
  const system = Object.values(systems).flatMap((set) =>
    Object.entries(set).map(
      ([name, version]) => [archiveOf(name, version), systemPackage(name, version)] as const,
    ),
  );
  const drivers = Object.values(driverVersions).map(
    (version) => [archiveOf('rc-driver', version), driverPackage(version).deb] as const,
  );
  return [...system, ...drivers];
}

function putArchive({ volume }: DebianMachine, path: string, bytes: Uint8Array): void {
  const folder = makeFolders(volume, archives);
  const file = volume.newFile({ folder, name: path.slice(archives.length + 1) }, 0o644);
  volume.write(file, 0, bytes);
  volume.syncFile(file);
}
