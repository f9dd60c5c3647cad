/** How programs come to a machine of this story, and what its site is told of them. */
import type { DeploymentState } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import type { ManagedMachine } from '../field/managed-machine.ts';
import type { Installed } from './installers.ts';

export type Scene = {
  readonly managed: ManagedMachine;
  readonly installers: readonly Installed[];
  readonly random: Random;
  /** To be called whenever the site is told that a program is there. */
  claimed(installer: Installed): void;
};

export type Serving = {
  /** Where the site believes that a program stands. */
  stateOf(installer: Installed): DeploymentState | undefined;
  /** The agent's process is gone; the service manager starts it again. */
  dies(): void;
};

export type Agent = {
  readonly name: string;
  readonly summary: string;
  /** Begins to serve the machine. */
  serve(scene: Scene): Serving;
};
