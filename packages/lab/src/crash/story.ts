/** A story that can be cut off: what it needs so that every moment of it can be gone on from, again and again. */
import type { Volume } from '../disk/volume.ts';
import type { Trace } from '../world/trace.ts';

/** A machine between two calls. What of it is not on its disk (a site, the clock, what was promised) is outside. */
export type World<Outside> = {
  readonly disk: Volume;
  /** Never changed: every moment has its own. */
  readonly outside: Outside;
};

export type Living<Outside> = {
  /** The life has come to its goal. Rejects when it does not. */
  readonly done: Promise<void>;
  /** As it is now. */
  outside(): Outside;
};

export type CrashStory<Outside> = {
  /** Before the flow; a fork of its disk is used, never the disk itself. */
  readonly begin: World<Outside>;
  /** Carries the flow out, or comes back after a downfall and brings it to its end. Every port call goes into the trace. */
  live(world: World<Outside>, start: 'first' | 'again', trace: Trace): Living<Outside>;
  /** What becomes of the outside when the machine loses its power, or only the client is killed. */
  fallen(outside: Outside, by: 'power' | 'kill'): Outside;
  /** Everything of the outside that a recovery, or the verdict on it, depends on. */
  key(outside: Outside): string;
  /**
   * What is not as promised once the machine has come back; it takes the power once more, with all that is not durable.
   * @param end the world after the undisturbed flow
   */
  judge(world: World<Outside>, end: World<Outside>): Promise<readonly string[]>;
};

export function forkOf<Outside>({ disk, outside }: World<Outside>): World<Outside> {
  return { disk: disk.fork(), outside };
}
