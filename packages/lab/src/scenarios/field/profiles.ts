/** Profiles of one story that differ in who manages the machine. */
import type { Random } from '../../world/random.ts';
import type { FieldProfile, Life } from './scenario-of.ts';

export function profilesOf<World, Who>(
  live: (who: Who, world: World, random: Random) => Promise<Life>,
  rows: readonly (readonly [name: string, summary: string, who: Who])[],
): readonly FieldProfile<World>[] {
  return rows.map(([name, summary, who]) => ({
    name,
    summary,
    live: (world, random) => live(who, world, random),
  }));
}
