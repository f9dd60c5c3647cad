/** A stand-in client laid out in a temporary folder of this machine's disk. */
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ClientPackageKind } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import { linuxMachine } from '@holdfast/machine';
import type { Installation } from '../../src/components/model.ts';
import { testClock } from './rig.ts';
import { type StandIn, standIn } from './stand-in.ts';

export type Installed = {
  readonly client: StandIn;
  readonly folder: string;
  readonly state: string;
  readonly installation: Installation;
  readonly clock: ReturnType<typeof testClock>;
  path(name: string): string;
  keep(kind: ClientPackageKind, client?: StandIn): Promise<void>;
  /** Every file, folder and link in the install folder with what it holds. */
  picture(): Promise<ReadonlyMap<string, string>>;
};

export async function installed(
  test: TestContext,
  change: Partial<Omit<Installation, 'ports'>> & { ports?: Partial<Installation['ports']> } = {},
  client = standIn(),
): Promise<Installed> {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-components-'));
  const [folder, state] = [join(base, 'holdfast-client'), join(base, 'state')];
  for (const one of [folder, state]) await mkdir(one);
  const machine = linuxMachine();
  const clock = testClock();
  test.after(async () => {
    machine.close();
    await rm(base, { recursive: true });
  });
  await layOut(folder, client.tree);
  const { ports, ...rest } = change;
  return {
    client,
    folder,
    state,
    clock,
    installation: {
      place: { installFolder: folder, versionFolder: join(folder, 'seed') },
      stateFolder: state,
      releaseKey: client.releaseKey,
      version: client.version,
      exclusive: createSerial(),
      ports: {
        disk: machine.disk,
        entropy: machine.entropy,
        registry: machine.registry,
        boot: bootOf(machine),
        clock,
        ...ports,
      },
      ...rest,
    },
    path: (name) => join(folder, name),
    keep: async (kind, other = client) => {
      await rm(join(state, 'package'), { recursive: true, force: true });
      await layOut(join(state, 'package'), other.kept(kind));
    },
    picture: () => pictureOf(folder),
  };
}

/** The stand-in is for one kind of machine, whichever this one is. */
function bootOf({ boot }: ReturnType<typeof linuxMachine>): Installation['ports']['boot'] {
  return {
    ...boot,
    operatingSystem: async () => ({
      platform: 'linux',
      name: 'Debian',
      version: '12.4',
      architecture: 'x64',
      epoch: 'one',
    }),
  };
}

async function layOut(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

async function pictureOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const picture = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const what = entry.isDirectory()
      ? 'folder'
      : entry.isSymbolicLink()
        ? `link to ${await readlink(path)}`
        : (await readFile(path)).toString('latin1');
    picture.set(path.slice(folder.length + 1), what);
  }
  return new Map([...picture].sort(([one], [other]) => (one < other ? -1 : 1)));
}
