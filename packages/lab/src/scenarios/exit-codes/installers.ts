/** The installers of this story on their machine: they take their time, do what their fate says, and end with its code. */
import type { Random } from '../../world/random.ts';
import type { ManagedMachine } from '../field/managed-machine.ts';
import { productCodeFrom } from '../field/managed-machine.ts';
import type { ProgramFate, Run, World } from './world.ts';

export type Installed = {
  readonly fate: ProgramFate;
  readonly productCode: string;
  /** The command that runs it. */
  readonly command: string;
  /** How often it was started. */
  runs: number;
};

/** What the installers of a machine have left for its next start. */
export type Pending = Set<string>;

export function newInstallers(random: Random, { programs }: World): readonly Installed[] {
  return programs.map((fate, index) => ({
    fate,
    productCode: productCodeFrom(random),
    command: `setup${index + 1}.exe`,
    runs: 0,
  }));
}

function runOf({ runs }: ProgramFate, number: number): Run {
  return runs[Math.min(number, runs.length) - 1] ?? { code: 1, does: 'nothing' };
}

/** Puts them on the machine. */
export function putInstallers(
  managed: ManagedMachine,
  installers: readonly Installed[],
  pending: Pending,
  { downMs }: World,
): void {
  const { machine, stage } = managed;
  for (const installer of installers) {
    const { fate, productCode, command } = installer;
    machine.programs.programs.set(command, async ({ clock }) => {
      const { code, does } = runOf(fate, ++installer.runs);
      await clock.sleep(fate.runMs);
      if (does === 'all') markInstalled(managed, productCode);
      if (does === 'at-restart') pending.add(productCode);
      if (code === 1641) {
        const why = `the installer of ${fate.name} restarts the machine`;
        stage.clock.schedule(fate.restartsAfterMs, () => managed.restartMachine(why, downMs));
      }
      return code;
    });
  }
}

/** What a start of Windows does with what waited for it. */
export function finishPending(managed: ManagedMachine, pending: Pending): void {
  for (const productCode of pending) markInstalled(managed, productCode);
  pending.clear();
}

function markInstalled({ machine }: ManagedMachine, productCode: string): void {
  machine.software.msi?.set(productCode, { installed: true, version: '1.0' });
}

export function isThere({ machine }: ManagedMachine, { productCode }: Installed): boolean {
  return machine.software.msi?.get(productCode)?.installed === true;
}
