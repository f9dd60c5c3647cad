/** A machine with Tool 1.0, its client laid out with a screen driver for each Windows, and a file protection that may be late. */
import { createHash } from 'node:crypto';
import type { Protection, Readiness } from '@holdfast/ports';
import {
  type DriverRange,
  type SimulatedRelease,
  simulatedRelease,
} from '../../flows/client-setup/release.ts';
import { layOut } from '../../flows/installed-client/world.ts';
import { filesBelow } from '../../machine/lay.ts';
import type { Random } from '../../world/random.ts';
import { stateFolder } from '../field/managed-machine.ts';
import { second } from '../field/times.ts';
import { type ToolScene, toolScene } from '../field/tool-scene.ts';

const installFolder = 'C:\\Program Files\\Holdfast\\Client';

const ranges: readonly DriverRange[] = [
  { name: 'xp', below: '6.0' },
  { name: 'seven', from: '6.0', below: '10.0' },
  { name: 'ten', from: '10.0' },
];

export type Scene = ToolScene & {
  readonly protection: ReturnType<typeof lateProtection>;
  readonly release: SimulatedRelease;
};

/** Serves, or answers 21. */
function lateProtection() {
  let serves = true;
  const watchers = new Set<() => void>();
  const port: Protection = {
    readiness: async (): Promise<Readiness> =>
      serves
        ? { ready: true }
        : { ready: false, reason: 'file protection is not initialised', evidence: { win32: 21 } },
    isProtected: async () => false,
    install: async () => undefined,
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  return {
    port,
    serves: () => serves,
    set(to: boolean) {
      serves = to;
      for (const changed of [...watchers]) changed();
    },
  };
}

export function openScene(random: Random): Scene {
  const protection = lateProtection();
  const release = simulatedRelease(random.stream('release'), '1.0.0', 'tar.gz', {
    platform: 'windows',
    drivers: ranges,
  });
  const scene = toolScene(random, {
    set: { pieceMs: second / 2 },
    protection: protection.port,
    installation: {
      place: { installFolder, versionFolder: `${installFolder}\\seed` },
      releaseKey: release.releaseKey,
      testDriver: async () => ({ passed: true, text: 'one picture was taken' }),
    },
  });
  const { volume } = scene.managed.machine;
  layOut(volume, release, { install: installFolder, state: stateFolder });
  return { ...scene, protection, release };
}

/** Where a driver of the client's package lies. */
export const packagedDriver = (variant: string) => `${installFolder}\\seed\\screen\\${variant}\\screen.mjs`;

/** Variants of the screen driver that lie whole where the client uses them from. */
export function driversThere({ managed, release }: Scene): readonly string[] {
  const hash = (bytes: Uint8Array | undefined) =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
  const found = filesBelow(managed.machine.volume, `${stateFolder}\\components\\screen`);
  return ranges.flatMap(({ name }) => {
    const there = found.get(`1.0.0-${name}/screen.mjs`);
    return there && hash(there) === hash(release.files.get(`seed/screen/${name}/screen.mjs`)) ? [name] : [];
  });
}
