/** A flow of `holdfast lab crash`: its stories by seed, cut off everywhere, or one cut of one of them told. */
import { HoldfastError } from '@holdfast/contract';
import type { Carelessness } from './careless.ts';
import {
  type CrashOptions,
  type CrashTally,
  type CutPlan,
  cutEverywhere,
  newSearch,
  tellCut,
  usualOptions,
} from './cuts.ts';
import { deedTrace } from './deeds.ts';
import type { CrashStory } from './story.ts';
import { cutText } from './text.ts';
import { wayNamed } from './ways.ts';

export type CrashFlow = {
  readonly name: string;
  readonly title: string;
  /** Cuts the stories of many seeds off everywhere. */
  run(options?: CrashOptions): Promise<CrashTally>;
  /**
   * One cut, told in words.
   * @throws HoldfastError `not-found` for a call or a way that is not there
   */
  tell(plan: CutPlan, careless?: Carelessness): Promise<TextOfCut>;
};

export type TextOfCut = { readonly text: string; readonly problems: readonly string[] };

/** A flow whose story of a seed is made anew each time. */
export function crashFlow<Outside>(
  name: string,
  title: string,
  storyOf: (seed: number) => Promise<CrashStory<Outside>>,
): CrashFlow {
  return {
    name,
    title,
    async run(options = {}) {
      const search = newSearch(name, options);
      const { from, seeds } = { ...usualOptions, ...options };
      for (let seed = from; seed < from + seeds; seed += 1) {
        await cutEverywhere(await storyOf(seed), seed, search);
        options.progress?.(search.tally);
      }
      return search.tally;
    },
    async tell(plan, careless) {
      for (const way of [plan.way, plan.again?.way]) {
        if (way !== undefined && wayNamed(way) === undefined) {
          throw new HoldfastError('not-found', `There is no way ${JSON.stringify(way)} to go down.`);
        }
      }
      const told = await tellCut(await storyOf(plan.seed), plan, careless, deedTrace);
      if (told.steps.length < (plan.again === undefined ? 1 : 2)) {
        throw new HoldfastError(
          'not-found',
          `Seed ${plan.seed} of ${name} has no call ${told.steps.length === 0 ? plan.at : plan.again?.at}; it has ${told.course.calls}.`,
        );
      }
      return { text: cutText(title, plan, told), problems: told.problems };
    },
  };
}
