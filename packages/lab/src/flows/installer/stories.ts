/** Installation, repair, upgrade and removal of a drawn package, ready to be cut off. */
import { asOnlyInstaller, type RunResult } from '@holdfast/msi';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { randomFrom } from '../../world/random.ts';
import type { Trace } from '../../world/trace.ts';
import { drawnProduct } from './descriptions.ts';
import { type Stories, type Story, storiesOf } from './packages.ts';
import { diskWith, factsOf, installerWorld, strayFrom, type Tree, treeOf } from './root.ts';

export type InstallerOutside = {
  /** Installers that were started on this disk. */
  readonly lives: number;
  /** What the installer answered; undefined as long as it has not. */
  readonly result: RunResult | undefined;
};

/** Does a story undisturbed; what the machine is then. */
async function ended(story: Story): Promise<Tree> {
  const disk = diskWith(story.before);
  const host = await installerWorld(0, disk, 0).start();
  const result = await asOnlyInstaller(host, () => story.act(host));
  if (result.exitCode !== 0) throw new Error(`${story.name} ends with ${JSON.stringify(result)}`);
  return treeOf(disk);
}

/** The stories of the last seed: four flows ask for them one after the other. */
let last: { readonly seed: number; readonly stories: Promise<Stories> } | undefined;

function storiesOfSeed(seed: number): Promise<Stories> {
  if (last?.seed !== seed) {
    last = { seed, stories: storiesOf(`package ${seed}`, drawnProduct(seed), ended) };
  }
  return last.stories;
}

/** The story of one kind for the package of a seed. */
export function installerStory(kind: keyof Stories): (seed: number) => Promise<CrashStory<InstallerOutside>> {
  return async (seed) => {
    const story = (await storiesOfSeed(seed))[kind];
    if (story === undefined) throw new Error(`package ${seed} has no ${kind}`);
    return crashStoryOf(story);
  };
}

function crashStoryOf(story: Story): CrashStory<InstallerOutside> {
  const before = factsOf(story.before);
  let after: readonly string[] | undefined;

  function live(
    { disk, outside }: World<InstallerOutside>,
    start: 'first' | 'again',
    trace: Trace,
  ): Living<InstallerOutside> {
    const lives = outside.lives + 1;
    let { result } = outside;
    const work = async () => {
      const host = await installerWorld(lives, disk, outside.lives, trace).start();
      await asOnlyInstaller(host, async () => {
        if (start === 'first') result = await story.act(host);
      });
    };
    return { done: work(), outside: () => ({ lives, result }) };
  }

  return {
    begin: { disk: diskWith(story.before), outside: { lives: 0, result: undefined } },
    live,
    fallen: (outside) => outside,
    key: ({ result }) => String(result?.exitCode),
    async judge({ disk, outside }, end) {
      after ??= factsOf(treeOf(end.disk));
      disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
      // Once the installer has said that it is done, only the new machine is right.
      const wanted = outside.result?.exitCode === 0 ? 'after' : 'either';
      return strayFrom(factsOf(treeOf(disk)), { before, after }, wanted);
    },
  };
}
