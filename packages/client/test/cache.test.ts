/** The room for content: what goes when it is short, what stays, and what is too large for all of it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { enrolled, type Rig } from './support/rig.ts';

const kilobytes = (count: number, letter: string) => letter.repeat(count * 1024);

/** Deploys an app of so many kilobytes besides what is deployed already. */
function added(rig: Rig, name: string, count: number, program = {}) {
  const app = rig.app({
    content: [rig.site.addContent(`files/${name}.txt`, kilobytes(count, name))],
    program: {
      install: `/bin/cp "{content}/files/${name}.txt" "{root}/${name}.txt"`,
      detection: [{ kind: 'file', path: `/${name}.txt` }],
      ...program,
    },
  });
  return app;
}

const contentOf = (rig: Rig) => readdir(join(rig.state, 'work'));

test('content that was used goes when more room is wanted, the oldest first, and only as much as is wanted', async (t) => {
  const rig = await enrolled(t, {}, { cacheBytes: 100 * 1024 });
  const [a, b] = [added(rig, 'a', 40), added(rig, 'b', 40)];
  rig.site.deploy(a, b);
  await rig.client().cycle();
  // As two cycles a day apart would have left them.
  await utimes(join(rig.state, 'work', b.deploymentId), 1_000, 1_000);
  await utimes(join(rig.state, 'work', a.deploymentId), 2_000, 2_000);
  const c = added(rig, 'c', 50);
  rig.site.deploy(a, b, c);
  await rig.client().cycle();
  assert.ok(existsSync(join(rig.root, 'c.txt')));
  assert.deepEqual((await contentOf(rig)).sort(), [a.deploymentId, c.deploymentId].sort());
  assert.ok(!rig.site.names().includes('cache-too-small'));
});

test('content larger than all the room is said once with status 10050, and gone on with where there is more', async (t) => {
  const options = { cacheBytes: 30 * 1024 };
  const rig = await enrolled(t, {}, options);
  rig.site.deploy(added(rig, 'a', 31));
  for (let cycle = 0; cycle < 3; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(300_000);
  }
  assert.deepEqual(
    rig.site.received.filter(({ code }) => code === 10_050).map(({ details }) => details.bytes),
    [31 * 1024],
  );
  assert.ok(!existsSync(join(rig.root, 'a.txt')));
  assert.equal(rig.site.requests.filter(({ url }) => url.includes('/content/')).length, 0);
  options.cacheBytes = 31 * 1024;
  await rig.restart();
  await rig.client().cycle();
  assert.ok(existsSync(join(rig.root, 'a.txt')), 'exactly as much is enough');
});

test('content that other work waits with stays, and who finds no room waits too', async (t) => {
  const rig = await enrolled(t, {}, { cacheBytes: 100 * 1024 });
  const waiting = added(rig, 'a', 60, { gates: [{ kind: 'disk-free', name: 'much', bytes: 2 ** 52 }] });
  const second = added(rig, 'b', 60);
  rig.site.deploy(waiting, second);
  await rig.client().cycle();
  assert.ok(!existsSync(join(rig.root, 'b.txt')));
  assert.ok(existsSync(join(rig.state, 'work', waiting.deploymentId, 'files/a.txt')));
  assert.ok(rig.site.names().includes('disk-full'));
});
