/** Content on its bad days: cut off, changed on the way, too long, somebody else's page, no room. */
import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HoldfastError, mpPaths } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { NetworkRequest } from '@holdfast/ports';
import { enrolled, type Rig, sentences } from './support/rig.ts';

const long = 'The app, line after line.\n'.repeat(4000);

/** Deploys one app with this content. */
function deployed(rig: Rig, text = long) {
  const file = rig.site.addContent('files/app.txt', text);
  const app = rig.app({ content: [file] });
  rig.site.deploy(app);
  return { file, app };
}

const isContent = (path: string) => path.startsWith(mpPaths.content);

test('a download that was cut off goes on where it was, after a restart too', async (t) => {
  const rig = await enrolled(t);
  const { file } = deployed(rig);
  const mend = rig.site.bend((request, path) => {
    if (!isContent(path)) return undefined;
    if (request.headers?.range) throw new HoldfastError('network.unreachable', 'The network is gone.');
    return { status: 200, body: long.slice(0, 50_000) };
  });
  await rig.client().cycle();
  assert.deepEqual(await readdir(join(rig.state, 'cache')), [`${file.sha256}.part`]);
  mend();
  const client = await rig.restart();
  rig.clock.advance(300_000);
  await client.cycle();
  assert.ok(rig.installed());
  const ranges = rig.site.requests.filter((r) => r.url.includes(file.sha256)).map((r) => r.headers?.range);
  assert.deepEqual(ranges, [undefined, 'bytes=50000-', 'bytes=50000-']);
});

test('a site that answers a range with the whole file is understood', async (t) => {
  const rig = await enrolled(t);
  deployed(rig);
  let first = true;
  rig.site.bend((_, path) => {
    if (!isContent(path)) return undefined;
    const body = first ? long.slice(0, 10_000) : long;
    first = false;
    return { status: 200, body };
  });
  await rig.client().cycle();
  assert.ok(rig.installed());
});

test('another range than was asked for is refused, and its connection is not held for ever', async (t) => {
  const rig = await enrolled(t);
  deployed(rig);
  rig.site.bend((request, path) => {
    if (!isContent(path)) return undefined;
    if (!request.headers?.range) return { status: 200, body: long.slice(0, 10_000) };
    return {
      status: 206,
      headers: { 'content-range': `bytes 0-99/${long.length}` },
      body: long.slice(0, 100),
    };
  });
  await rig.client().cycle();
  assert.ok(rig.site.names().includes('content-refused'));
  assert.equal(rig.site.unread.size, 0);
});

test('what lies in the cache of an earlier life is believed only when its hash agrees', async (t) => {
  const rig = await enrolled(t);
  const { file } = deployed(rig);
  const stop = new AbortController();
  rig.site.bend((_, path) => {
    if (!isContent(path) || stop.signal.aborted) return undefined;
    stop.abort();
    throw stop.signal.reason;
  });
  await rig.client().cycle(stop.signal);
  await writeFile(join(rig.state, 'cache', file.sha256), 'not it');
  await writeFile(join(rig.state, 'cache', `${file.sha256}.part`), `x${long.slice(1, 70_000)}`);
  for (let cycle = 0; cycle < 2; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(60_000);
  }
  assert.ok(rig.installed());
  assert.ok(rig.site.names().includes('content-refused'));
});

const spoilt: [string, (request: NetworkRequest) => { status: number; body: string }][] = [
  ['with another hash', () => ({ status: 200, body: 'x'.repeat(long.length) })],
  ['longer than declared', () => ({ status: 200, body: `${long}more` })],
  ['replaced by a page of HTML', () => ({ status: 200, body: `<html>${'sign in '.repeat(20_000)}</html>` })],
];
for (const [how, answer] of spoilt) {
  test(`content ${how} is refused, reported, never run, and held after some attempts`, async (t) => {
    const rig = await enrolled(t);
    deployed(rig);
    const mend = rig.site.bend((request, path) => (isContent(path) ? answer(request) : undefined));
    for (let cycle = 0; cycle < 7; cycle++) {
      await rig.client().cycle();
      rig.clock.advance(3_600_000);
    }
    assert.equal(rig.site.names().filter((name) => name === 'content-refused').length, 5);
    assert.equal(rig.site.names().at(-1), 'program-cannot-run');
    assert.deepEqual(await readdir(join(rig.state, 'cache')), []);
    assert.ok(!rig.installed());
    mend();
    const [deployment] = rig.client().status().deployments;
    await rig.client().requestInstall(deployment?.deploymentId ?? '');
    await rig.client().cycle();
    assert.ok(rig.installed(), 'a person can let go of it');
  });
}

test('content that was changed in its work folder is fetched again before a repair uses it', async (t) => {
  const rig = await enrolled(t);
  const { app } = deployed(rig);
  await rig.client().cycle();
  await writeFile(join(rig.state, 'work', app.deploymentId, 'files/app.txt'), 'something else');
  await writeFile(join(rig.root, 'app.txt'), '');
  rig.site.deploy(rig.app({ content: app.content }));
  await rig.client().cycle();
  assert.ok((await stat(join(rig.root, 'app.txt'))).size === 0, 'present is present');
});

test('a file that a package has twice is fetched once', async (t) => {
  const rig = await enrolled(t);
  const file = rig.site.addContent('files/app.txt', long);
  rig.site.deploy(rig.app({ content: [file, { ...file, path: 'copy/of/app.txt' }] }));
  await rig.client().cycle();
  assert.ok(rig.installed());
  assert.equal(rig.site.requests.filter((r) => r.url.includes(file.sha256)).length, 1);
});

test('a disk without room is reported once and waited for; the work goes on by itself', async (t) => {
  const { disk } = linuxMachine();
  let free = 1_000;
  const rig = await enrolled(t, { disk: { ...disk, freeBytes: async () => free } });
  deployed(rig);
  for (let cycle = 0; cycle < 3; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(300_000);
  }
  assert.equal(rig.site.names().filter((name) => name === 'disk-full').length, 1);
  assert.match(sentences(rig).at(-1) ?? '', /Disk full: 1000 bytes are free/);
  free = 1e9;
  await rig.client().cycle();
  assert.ok(rig.installed());
});
