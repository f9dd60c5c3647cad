/** The machine of this story, and who sends what to it. */
import { type InstalledState, installedProduct, type WindowsHost } from '@holdfast/msi';
import type { Timeline } from '../../timeline/timeline.ts';
import { isFile } from '../../windows/files.ts';
import type { RunningWindows, SimulatedWindows } from '../../windows/machine.ts';
import { oldCode, type Package, programPath } from './packages.ts';
import type { World } from './world.ts';

/** Where what is sent lies on the machine. */
export const contentFolder = 'C:\\WINNT\\Temp\\Ledger';

/** What the administrator writes for every upgrade: right for a package that keeps its product code. */
export const upgradeLine = 'msiexec /i ledger.msi /qn REINSTALL=ALL REINSTALLMODE=vomus';
export const installLine = 'msiexec /i ledger.msi /qn';

export type Scene = {
  readonly windows: SimulatedWindows;
  readonly running: RunningWindows;
  readonly timeline: Timeline;
  readonly world: World;
  readonly sent: Package;
  /** To be told of each line that has run. */
  ran(): Promise<void>;
};

export type Server = {
  readonly name: string;
  readonly summary: string;
  /** Works until the version is there, or for as long as it works. */
  serve(scene: Scene): Promise<void>;
};

/** What a server's inventory knows of the machine. */
export function inventoryOf({ registry }: WindowsHost): InstalledState {
  const found = installedProduct(registry, oldCode);
  if (found === undefined) return 'none';
  return { productCode: oldCode, ...(found.version === undefined ? {} : { version: found.version }) };
}

/** The version that was sent is there: on record, and byte for byte. */
export async function isThere({ files, registry }: WindowsHost, { productCode, version, program }: Package) {
  if (installedProduct(registry, productCode)?.version !== version) return false;
  return await isFile(files, programPath, program);
}
