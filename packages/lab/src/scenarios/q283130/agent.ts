/** How the advertisement comes to the machine of this story, and what its site knows of it. */
import type { Random } from '../../world/random.ts';
import type { ManagedMachine } from '../field/managed-machine.ts';
import type { Software } from './software.ts';
import type { World } from './world.ts';

export type Scene = {
  readonly managed: ManagedMachine;
  readonly software: Software;
  readonly world: World;
  readonly random: Random;
};

export type Agent = {
  readonly name: string;
  readonly summary: string;
  /** Begins to serve the machine; answers what the site knows of the advertisement. */
  serve(scene: Scene): () => 'unknown' | 'failed' | 'succeeded';
};
