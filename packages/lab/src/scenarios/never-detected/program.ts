/** The program of this story: each run interrupts the people at the machine, and ends with exit code 0. */
import type { Random } from '../../world/random.ts';
import { type ManagedMachine, productCodeFrom } from '../field/managed-machine.ts';
import type { World } from './world.ts';

export const setup = 'setup.exe';

export type Program = {
  readonly productCode: string;
  /** What a wrong rule asks for. */
  readonly otherCode: string;
  /** When each run that came to its end began. Milliseconds since the world began. */
  readonly runs: readonly number[];
  /** A run is under way. */
  underWay(): boolean;
};

/** Puts its installer on the machine. */
export function putProgram({ machine, stage }: ManagedMachine, random: Random, world: World): Program {
  const productCode = productCodeFrom(random);
  const runs: number[] = [];
  const mark = () => machine.software.msi?.set(productCode, { installed: true, version: '1.0' });
  machine.programs.programs.set(setup, async ({ clock }) => {
    const began = stage.clock.elapsed();
    await clock.sleep(world.runMs);
    runs.push(began);
    if (world.rule === 'late') stage.clock.schedule(world.lateMs, mark);
    else mark();
    return 0;
  });
  return {
    productCode,
    otherCode: productCodeFrom(random),
    runs,
    underWay: () => machine.programs.running().length > 0,
  };
}
