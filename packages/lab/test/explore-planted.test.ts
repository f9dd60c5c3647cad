/** The explorer is tested by mistakes that were planted on purpose: all can be planted, and some are caught here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { plantedBugs } from '../bugs/all.ts';
import { hunt, makeWorkspace, planted } from '../bugs/hunt.ts';
import { promises } from '../src/explore/findings.ts';

const projectFolder = join(import.meta.dirname, '../../..');

test('every planted bug finds its place in the sources', () => {
  for (const bug of plantedBugs) {
    const text = readFileSync(join(projectFolder, 'packages', bug.file), 'utf8');
    assert.notEqual(planted(bug, text), text, bug.name);
  }
});

test('a planted bug whose place is gone, or is not the only one, is refused', () => {
  const [bug] = plantedBugs;
  assert.ok(bug);
  assert.throws(() => planted(bug, 'nothing of it'), /0 times/);
  assert.throws(() => planted(bug, bug.find + bug.find), /2 times/);
});

test('there are two planted bugs or more for every promise, each with a name of its own, and the list tells them all', () => {
  for (const promise of promises) {
    assert.ok(plantedBugs.filter((bug) => bug.promise === promise).length >= 2, promise);
  }
  assert.equal(new Set(plantedBugs.map(({ name }) => name)).size, plantedBugs.length);
  const list = readFileSync(join(projectFolder, 'docs/planted-bugs.md'), 'utf8');
  const rows = [...list.matchAll(/^\| `([a-z-]+)` *\|/gm)].map(([, name]) => name);
  assert.deepEqual(
    rows,
    plantedBugs.map(({ name }) => name),
  );
});

/** Caught by one of the first seeds; `npm run planted` hunts them all. */
const slice = ['replaced-file-unsynced', 'kept-content-trusted', 'stamped-by-the-real-clock'];

test('a slice of the planted bugs is caught', async () => {
  await using workspace = await makeWorkspace();
  for (const bug of plantedBugs.filter(({ name }) => slice.includes(name))) {
    const { promise, text } = await hunt(workspace, bug, { seeds: 30, timeMs: 60_000 });
    assert.notEqual(promise, null, `${bug.name}: ${text}`);
  }
});
