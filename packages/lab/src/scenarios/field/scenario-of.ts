/** A scenario from a world that is drawn and from profiles that live in it. */
import { createHash } from 'node:crypto';
import { HoldfastError } from '@holdfast/contract';
import type { Timeline } from '../../timeline/timeline.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import type { Trace } from '../../world/trace.ts';
import type { Scenario } from '../scenario.ts';

/** What became of a world under a profile. */
export type Life = {
  readonly lost: boolean;
  /** A sentence without its full stop: why it is lost, or what it has. */
  readonly reason: string;
  /** Whether the published workaround brings back what is lost; absent where none was tried. */
  readonly cured?: boolean;
  readonly timeline: Timeline;
  readonly trace: Trace;
};

export type FieldProfile<World> = {
  readonly name: string;
  readonly summary: string;
  /** `random`: for chance that comes later than the world; a stream of the seed. */
  live(world: World, random: Random): Promise<Life>;
};

type FieldScenario<World> = {
  readonly name: string;
  readonly title: string;
  /** Plain JSON: everything that chance decides, before anybody acts. */
  readonly drawWorld: (random: Random) => World;
  readonly profiles: readonly FieldProfile<World>[];
};

/** The scenario with all that does not differ between stories from the field. */
export function scenarioOf<World>({ name, title, drawWorld, profiles }: FieldScenario<World>): Scenario {
  return {
    name,
    title,
    profiles: profiles.map((one) => ({ name: one.name, summary: one.summary })),
    async run(wanted, seed) {
      const profile = profiles.find((one) => one.name === wanted);
      if (profile === undefined) {
        const known = profiles.map((one) => one.name).join(', ');
        throw new HoldfastError('not-found', `${name} has no profile ${wanted}; it has ${known}.`);
      }
      const random = randomFrom(seed);
      const world = drawWorld(random.stream('world'));
      const worldHash = createHash('sha256').update(JSON.stringify(world)).digest('hex');
      const { timeline, trace, lost, reason, cured = null } = await profile.live(world, random);
      timeline.tell('client', lost ? `LOST: ${reason}` : reason);
      return {
        seed,
        profile: wanted,
        worldHash,
        traceHash: trace.hash(),
        lost,
        reason,
        errors: [],
        gateClosedBy21: false,
        cured,
        events: timeline.events,
      };
    },
  };
}
