/** A run of the installer that is told a failure at one port call: the machine is as before, or as after if it succeeded. */
import { isHoldfastError } from '@holdfast/contract';
import type { RunResult } from '@holdfast/msi';
import type { Story } from '../../src/flows/installer/packages.ts';
import type { Ends } from '../../src/flows/installer/root.ts';
import { randomFrom } from '../../src/world/random.ts';
import {
  act,
  type Choice,
  type Course,
  type Cuts,
  courseOf,
  diskOf,
  everyCall,
  judge,
  lost,
  recover,
  worldOf,
} from './installer-story.ts';

const successes: readonly number[] = [0, 3010];

/** Calls that can fail, by name and path. */
async function failingOf(story: Story): Promise<Course<string>> {
  const disk = diskOf(story);
  const { course, add, ended } = courseOf<string>();
  disk.fault = (operation, path) => {
    add(`${operation} ${path}`);
    return undefined;
  };
  await act(worldOf(1, disk), story, ended);
  return course;
}

/** Tells the run a failure at one of the calls that can fail, once. @param at its index, from 0 */
async function failOnce(story: Story, ends: Ends, at: number): Promise<readonly string[]> {
  const disk = diskOf(story);
  const world = worldOf(1, disk);
  let asked = 0;
  let told = '';
  disk.fault = (operation, path) => {
    asked += 1;
    if (asked !== at + 1) return undefined;
    told = `${operation} ${path}`;
    return 'disk.failed';
  };
  let result: RunResult | undefined;
  let thrown: unknown;
  try {
    result = await act(world, story);
  } catch (failure) {
    if (!isHoldfastError(failure)) return [`${told}: ${String(failure)}`];
    thrown = failure;
  }
  disk.fault = () => undefined;
  if (told === '') return [`call ${at} was not reached`];
  const wanted = result === undefined ? 'either' : successes.includes(result.exitCode) ? 'after' : 'before';
  await recover(world);
  disk.powerCut(lost, randomFrom(1));
  return judge(disk, ends, wanted).map(
    (problem) => `${at}: ${told} (${result?.exitCode ?? String(thrown)}): ${problem}`,
  );
}

/** Tells the run a failure at calls that can fail. */
export async function failAt(story: Story, ends: Ends, choice: Choice = everyCall()): Promise<Cuts> {
  const problems: string[] = [];
  const chosen = choice(await failingOf(story));
  for (const at of chosen) problems.push(...(await failOnce(story, ends, at)));
  return { made: chosen.length, problems };
}
