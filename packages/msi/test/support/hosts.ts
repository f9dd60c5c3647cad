/** Windows hosts over fresh roots, on the disk of this machine and on a simulated one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type SimulatedMachine, simulatedMachine } from '@holdfast/lab';
import { localDisk } from '@holdfast/machine';
import type { Clock, Disk, Entropy } from '@holdfast/ports';
import { initRoot } from '../../src/host/init.ts';
import type { Installer } from '../../src/host/lock.ts';
import type { WindowsHost } from '../../src/host/model.ts';
import { type HostOptions, openHost } from '../../src/host/open.ts';

/** The only installer there is. */
export const lonely: Installer = {
  identity: { pid: 1, started: '1', bootId: 'boot' },
  alive: async () => false,
};

/** 2026-01-01T00:00:00Z, and a little more with every look. */
export function testClock(): Clock {
  let now = 1_767_225_600_000;
  const next = () => {
    now += 1;
    return now;
  };
  return { now: next, monotonic: next, sleep: async () => undefined };
}

export function testEntropy(): Entropy {
  let drawn = 0;
  const bytes = (length: number) => {
    drawn += 1;
    return Uint8Array.from({ length }, (_, index) => (drawn * 7 + index * 13 + (drawn >> 8)) & 0xff);
  };
  return { bytes, integer: (bound) => drawn % bound, uuid: () => Buffer.from(bytes(16)).toString('hex') };
}

export type TestRoot = {
  readonly disk: Disk;
  /** Absolute path of the root. */
  readonly path: string;
  /** The separator of the disk's paths. */
  open(options?: Partial<HostOptions>): Promise<WindowsHost>;
};

function rootAt(disk: Disk, path: string): TestRoot {
  return {
    disk,
    path,
    open: (options) =>
      openHost(disk, path, { clock: testClock(), entropy: testEntropy(), installer: lonely, ...options }),
  };
}

const description = { architecture: 'x64', windows: '10.0' } as const;

export async function realRoot(test: TestContext): Promise<TestRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'));
  test.after(() => rm(folder, { recursive: true }));
  const disk = localDisk();
  await initRoot({ disk, clock: testClock() }, join(folder, 'root'), description);
  return rootAt(disk, join(folder, 'root'));
}

export async function simulatedRoot(
  seed: string | number = 'host',
): Promise<TestRoot & { readonly machine: SimulatedMachine }> {
  const machine = simulatedMachine(seed, { folders: ['/base'] });
  const { disk, clock } = machine.ports('maker');
  await initRoot({ disk, clock }, '/base/root', description);
  return { machine, ...rootAt(disk, '/base/root') };
}

/** Where every test of a host runs. */
export const worlds: Readonly<Record<string, (test: TestContext) => Promise<TestRoot>>> = {
  'the disk of this machine': realRoot,
  'a simulated disk': () => simulatedRoot(),
};
