/** A client on a simulated machine takes a version, comes back from sick ones, and careless launchers are found out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endedInOrder, guardTrial, nextStart } from '@holdfast/client/versions';
import { isHoldfastError, statusEntry } from '@holdfast/contract';
import { removeIfThere, withOpen } from '@holdfast/engine';
import type { Carelessness } from '../src/crash/careless.ts';
import { courseOf } from '../src/crash/course.ts';
import { crashFlow } from '../src/crash/flow.ts';
import { forkOf } from '../src/crash/story.ts';
import type { FileNode } from '../src/disk/nodes.ts';
import { behaviourNamed, sickBehaviours } from '../src/flows/client-versions/behaviours.ts';
import { type VersionStoryOptions, versionStory } from '../src/flows/client-versions/story.ts';
import { messagesOf } from '../src/flows/plot.ts';
import { noTrace } from '../src/world/trace.ts';

/** One undisturbed life to its end, and what is not as promised then. */
async function lived(kind: 'upgrade' | 'revert', change: Partial<VersionStoryOptions> = {}) {
  const story = await versionStory(kind, 1, change);
  const world = forkOf(story.begin);
  const { end } = await courseOf({ story, world, start: 'first' }, () => false);
  const problems = await story.judge({ disk: world.disk, outside: end.outside }, end);
  const minutes = (end.outside.now - story.begin.outside.now) / 60_000;
  return { problems, minutes, trials: end.outside.trials };
}

describe('a client on a simulated machine', () => {
  for (const hasUpgraded of [false, true]) {
    const before = hasUpgraded ? 'another version beside it' : 'its seed';
    it(`becomes the version that its site orders, from ${before}, in one start`, async () => {
      const { problems, trials } = await lived('upgrade', { hasUpgraded });
      assert.deepEqual([problems, trials], [[], 1]);
    });
  }

  it('keeps a version that needs a restart on trial until there was one, and says so', async () => {
    const story = await versionStory('upgrade', 1, { needsRestart: true });
    const world = forkOf(story.begin);
    const living = story.live(world, 'first', noTrace);
    await assert.rejects(living.done, goalMissed);
    const outside = living.outside();
    const waits = messagesOf(outside.clients).filter(
      ({ code }) => statusEntry(code)?.name === 'version-waits',
    );
    assert.deepEqual(
      waits.map(({ details }) => [details?.gate, details?.version]),
      [['restart', '1.2.0']],
    );
    const again = { disk: world.disk.fork(), outside: story.fallen(outside, 'power') };
    const { end } = await courseOf({ story, world: again, start: 'again' }, () => false);
    assert.deepEqual(await story.judge({ disk: again.disk, outside: end.outside }, end), []);
  });

  for (const behaviour of sickBehaviours) {
    it(`comes back within ten minutes from a version that ${behaviour.name}`, async () => {
      const { problems, minutes, trials } = await lived('revert', { behaviour });
      assert.deepEqual(problems, []);
      assert.ok(minutes <= 10 && trials <= 3, `${minutes} minutes, ${trials} starts`);
    });
  }
});

/** Its versions are durable only when the power is next lost at leisure: never. */
const switchesFirst: Carelessness = {
  name: 'switches-first',
  title: 'a version is switched to before its files are durable',
  spoil(disk) {
    const { newFile, syncFile } = disk;
    const ofVersions = new Set<FileNode>();
    disk.newFile = (place, mode) => {
      const file = newFile(place, mode);
      if (/\.(mjs|json)$/.test(place.name)) ofVersions.add(file);
      return file;
    };
    disk.syncFile = (file) => {
      if (!ofVersions.has(file)) syncFile(file);
    };
  },
};

/** Believes whatever lies where a blessing would. */
const believing: typeof guardTrial = async (ports, watched, options) => {
  const end = guardTrial(ports, watched, options);
  for (;;) {
    await ports.clock.sleep(1_000, options.signal);
    const blessed = await withOpen(ports.disk.open(options.stateFolder), (state) =>
      withOpen(state.folder('versions'), async (versions) => {
        if (!(await versions.entry('blessing.json'))) return false;
        await removeIfThere(versions, 'trial.json');
        await versions.sync();
        return true;
      }),
    );
    if (blessed) return await end;
  }
};

/** Takes every count back at once. */
const uncounting: typeof nextStart = async (state, options) => {
  const next = await nextStart(state, options);
  if (next.trial) await endedInOrder(state, next.trial);
  return next;
};

const goalMissed = (thrown: unknown) =>
  !isHoldfastError(thrown) && /the goal is not reached/.test(String(thrown));

describe('a careless client', () => {
  it('that switches before the version is durable is found out', async () => {
    const flow = crashFlow('careless', 'careless', (seed) => versionStory('upgrade', seed));
    const tally = await flow.run({ stride: 60, secondStride: 0, randomWays: 0, careless: switchesFirst });
    const problems = tally.brokenPromises.flatMap((one) => one.problems);
    assert.ok(
      problems.some((one) => /is not whole|does not come back/.test(one)),
      problems[0] ?? 'nothing is broken',
    );
  });

  it('that believes a blessing without its signature keeps a version that blesses itself', async () => {
    const behaviour = behaviourNamed('blesses itself');
    await assert.rejects(lived('revert', { behaviour, code: { guardTrial: believing } }), goalMissed);
  });

  it('that does not count the starts of a version goes on with one that dies', async () => {
    const behaviour = behaviourNamed('dies at once');
    await assert.rejects(lived('revert', { behaviour, code: { nextStart: uncounting } }), goalMissed);
  });
});
