/**
 * The two published workarounds of KB829810, to the letter, each on a machine that was lost:
 *
 * 1. the site sends a package whose program is Ccmsetup.exe, and the client's software distribution runs it;
 * 2. somebody types `msiexec /I client.msi /L*v c:\repair.log REINSTALLMODE=vmeus REINSTALL=ALL` on the machine.
 */
import { isSuccess, type WindowsHost } from '@holdfast/msi';
import type { Volume } from '../../disk/volume.ts';
import { putFile, readFile } from '../../windows/files.ts';
import { type RunningWindows, simulatedWindows } from '../../windows/machine.ts';
import { msiexec } from '../../windows/msiexec.ts';
import { systemFolder } from '../../windows/system.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace } from '../../world/trace.ts';
import { clientSource, driverState } from './client.ts';
import { passTime } from './life.ts';
import { type ClientPackages, clientService } from './packages.ts';
import type { World } from './world.ts';

export const repairLine = 'msiexec /I client.msi /L*v c:\\repair.log REINSTALLMODE=vmeus REINSTALL=ALL';

export type Workaround = 'ccmsetup' | 'msiexec';

export type Cure = {
  readonly workaround: Workaround;
  readonly exitCode: number;
  /** The drivers are there afterwards, byte for byte. */
  readonly cured: boolean;
  /** What the line by hand wrote into c:\repair.log. */
  readonly log: Uint8Array | undefined;
};

/** What a site sends: files, and the one of them that is run. */
type SentPackage = {
  readonly id: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly program: keyof typeof programs;
};

const cacheFolder = `${systemFolder}\\CCM\\Cache`;
/** Long enough for file protection to serve after any start that was not the first one. */
const settleMs = 10 * 60_000;
/** Ccmsetup.exe keeps trying; the time between is its own affair (SMS 2003 Operations Guide, Appendix I). */
const ccmsetupTries = 5;
const ccmsetupRetryMs = 10 * 60_000;

/** Ccmsetup.exe over a client that is there: the package comes beside it, and is repaired from there. */
async function ccmsetup({ host, clock }: RunningWindows, folder: string): Promise<number> {
  const bytes = await readFile(host.files, `${folder}\\client.msi`);
  if (bytes === undefined) return 1612;
  await putFile(host.files, `${clientSource}\\client.msi`, bytes);
  for (let attempt = 1; ; attempt += 1) {
    const line = `msiexec /I client.msi /L*v ${clientSource}\\client.msi.log REINSTALLMODE=vmeus REINSTALL=ALL`;
    const { exitCode } = await msiexec(host, line, clientSource);
    if (isSuccess(exitCode) || attempt === ccmsetupTries) return exitCode;
    await clock.sleep(ccmsetupRetryMs);
  }
}

/** What stands for the programs of packages. */
const programs = { 'Ccmsetup.exe': ccmsetup };

/** What software distribution does with a package: its files into the cache, then its program. */
async function distribute(windows: RunningWindows, { id, files, program }: SentPackage): Promise<number> {
  const folder = `${cacheFolder}\\${id}.1.System`;
  for (const [name, bytes] of files) await putFile(windows.host.files, `${folder}\\${name}`, bytes);
  return await programs[program](windows, folder);
}

/** Somebody at the machine: the package is copied to C:\, and the line is typed there. */
async function typed(host: WindowsHost, { advanced }: ClientPackages): Promise<number> {
  await putFile(host.files, `C:\\${advanced.fileName}`, advanced.bytes);
  return (await msiexec(host, repairLine, 'C:\\')).exitCode;
}

export type Patient = { readonly volume: Volume; readonly world: World; readonly packages: ClientPackages };

/** Tries one workaround on a fork of the machine's disk; the machine itself stays as it is. */
export async function tryWorkaround(
  workaround: Workaround,
  { volume, world, packages }: Patient,
): Promise<Cure> {
  const windows = await simulatedWindows(`cure by ${workaround}`, {
    trace: noTrace,
    disk: { volume: volume.fork(), system: 'xp' },
  });
  const { clock } = windows;
  const sent: SentPackage = {
    id: 'HF100829',
    program: 'Ccmsetup.exe',
    files: new Map([
      ['Ccmsetup.exe', Buffer.from('MZ stand-in of Ccmsetup.exe')],
      [packages.advanced.fileName, packages.advanced.bytes],
    ]),
  };
  let ended: Promise<number> | undefined;
  const running = await inVirtualTime(clock, () =>
    windows.boot(world.secondBoot, {
      [clientService]: async (client) => {
        if (workaround !== 'ccmsetup') return;
        await client.clock.sleep(settleMs);
        ended = distribute(client, sent);
      },
    }),
  );
  await passTime(clock, settleMs + 1);
  const exitCode = await inVirtualTime(clock, async () =>
    workaround === 'ccmsetup' ? ((await ended) ?? 1) : await typed(running.host, packages),
  );
  const cured = isSuccess(exitCode) && (await driverState(running.host, packages, 'xp')).complete;
  const log = await readFile(running.host.files, 'C:\\repair.log');
  return { workaround, exitCode, cured, log };
}

/** Both, each on its own. */
export async function tryWorkarounds(patient: Patient): Promise<readonly Cure[]> {
  return [await tryWorkaround('ccmsetup', patient), await tryWorkaround('msiexec', patient)];
}
