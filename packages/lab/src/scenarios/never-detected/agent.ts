/** How the program of this story comes to the machine, and what its site knows of it. */
import type { Random } from '../../world/random.ts';
import type { ManagedMachine } from '../field/managed-machine.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

export type Scene = {
  readonly managed: ManagedMachine;
  readonly program: Program;
  readonly world: World;
  readonly random: Random;
};

export type Serving = {
  /** As the site has it. */
  state(): string | undefined;
  /** What the site was told that it should not have been, or was not told, in words. */
  wrong(): readonly string[];
  /** The agent's process is gone; the service manager starts it again. */
  dies(): void;
};

export type Agent = {
  readonly name: string;
  readonly summary: string;
  /** Begins to serve the machine. */
  serve(scene: Scene): Serving;
};
