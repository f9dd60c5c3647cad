/** A machine is set up while its site has no time for it: neither given up, nor blamed on the package, nor made worse. */
import type { ErrorCode } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, second } from '../field/times.ts';
import type { Bootstrap } from '../new-client/bootstraps.ts';
import { becomeClient } from '../new-client/life.ts';
import { type Asked, newClientScene } from '../new-client/scene.ts';
import { overloadedAnswer, type World } from './world.ts';

/** Requests of one machine within any hour in which its site is overloaded. */
export const mostInAnHour = 60;

/** What is said of the package; the site's lack of time is no reason for any of it. */
const blame: readonly ErrorCode[] = ['content.hash-mismatch', 'installer.failed', 'component.damaged'];

export async function live(bootstrap: Bootstrap, world: World, random: Random): Promise<Life> {
  const answers = random.stream('answers');
  const scene = newClientScene(random, ({ path }, { stage }) => {
    const { clock } = stage;
    const hit = path.startsWith(world.route) && answers.chance(world.share, 4);
    return hit && clock.elapsed() < world.forMs ? overloadedAnswer(world, answers, clock.now()) : undefined;
  });
  const { asked, site, stage } = scene;
  const clearMs = world.forMs + world.longestSeconds * second;
  return await becomeClient(scene, bootstrap, clearMs, () => [
    ...stormy(asked.filter(({ at }) => at < world.forMs)),
    ...impatient(asked, stage.clock.now() - stage.clock.elapsed()),
    ...site.reports.flatMap(({ error, moment, phase }) => [
      ...(blame.some((code) => code === error) ? [`the package was blamed in ${phase}: ${error}`] : []),
      ...(moment === 'failed' ? [`the set-up was given up in ${phase}`] : []),
    ]),
  ]);
}

function stormy(asked: readonly Asked[]): readonly string[] {
  let first = 0;
  for (const [index, { at }] of asked.entries()) {
    while ((asked[first]?.at ?? at) <= at - hour) first += 1;
    if (index - first >= mostInAnHour)
      return [`the site was asked more than ${mostInAnHour} times in an hour`];
  }
  return [];
}

/** Whether anything was asked before the time that the site had named. @param began wall clock at the world's begin */
function impatient(asked: readonly Asked[], began: number): readonly string[] {
  let until = 0;
  for (const { at, fault } of asked) {
    if (at < until) return ['the site was asked before the time that it had named'];
    const word = typeof fault === 'object' ? (fault.headers['retry-after'] ?? '') : '';
    if (/^\d{1,8}$/.test(word)) until = Math.max(until, at + Number(word) * second);
    else if (word.endsWith('GMT')) until = Math.max(until, Date.parse(word) - began);
  }
  return [];
}
