/** Any timeline in a real browser: hostile text stays text, and nothing lies over anything else, whatever happened. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { overflowOf, shoot } from '@holdfast/console/test/browser';
import {
  lanes,
  type PageStory,
  pictureSvg,
  randomFrom,
  type TimelineEvent,
  timelinePage,
} from '@holdfast/lab';
import { missingBrowser } from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { overlaps, reading, wide } from './timeline-browser.ts';

const skip = missingBrowser;
const folder = temporaryFolder();
after(() => folder.remove());

function storyOf(events: readonly TimelineEvent[], words: string): PageStory {
  const names = {
    profile: words,
    summary: words,
    reason: words,
    seed: words,
    traceHash: words,
    replay: words,
  };
  return { events, lost: true, cured: false, ...names };
}

test('whatever a machine says is only text: it runs nothing, fetches nothing and breaks nothing', {
  skip,
}, async () => {
  const hostile = [
    `</text></svg></style></title><script>document.title = 'broken in'</script>`,
    `"><img src="http://evil.example/x" onerror="document.title = 'broken in'">`,
    `' onload='document.title=1' <style>@import url(http://evil.example/y)</style>`,
    '<a href="javascript:alert(1)">&lt;&amp;</a> ${1} {{2}} <!-- ]]>',
    '\u202emoc.elpmaxe\u202c \u0000\u0007 \ud83d \u{1f4a5} שלום ﷽ ',
    'W'.repeat(300),
  ];
  const events = hostile.map(
    (text, at): TimelineEvent => ({
      at: at * 5000,
      lane: 'client',
      text,
      win32: 21,
      ...(at === 1 ? { gate: text } : {}),
    }),
  );
  const stories = hostile.map((words) => storyOf(events, words));
  const words = hostile.join(' ');
  const path = join(folder.path, 'hostile.html');
  writeFileSync(path, timelinePage({ scenario: words, title: words, worldHash: words, stories }));
  await reading(path, wide, async (page) => {
    await shoot(page, 'lab-timeline-hostile');
    assert.equal(await page.locator('script, img, a, iframe, object').count(), 0);
    assert.equal(await page.locator('svg').count(), hostile.length);
    assert.notEqual(await page.title(), 'broken in');
    const told = await page.locator('section').first().locator('td:last-child').allTextContents();
    assert.deepEqual(told.slice(0, 4), hostile.slice(0, 4));
    assert.deepEqual(await page.evaluate<string[]>(overlaps), []);
    assert.deepEqual(await overflowOf(page), []);
    const svg = JSON.stringify(pictureSvg(words, stories));
    const parsed = `new DOMParser().parseFromString(${svg}, 'image/svg+xml')`;
    assert.equal(await page.evaluate(`${parsed}.querySelectorAll('parsererror, script, img, a').length`), 0);
  });
});

const [minute, day] = [60_000, 86_400_000];
const vocabulary = [
  'WWW',
  'iiii',
  'Msvcp60.dll',
  'runs',
  'is',
  'the service manager',
  'ÄÖÜ',
  '日本語',
  'waits for',
];

/** Any story: crowded or sparse, over seconds or over days, with errors and gates. */
function anyStory(seed: number): PageStory {
  const random = randomFrom(seed).stream('story');
  const spread = random.pick([0, 500, minute, day]);
  let at = random.integer(1000);
  const events = Array.from({ length: random.integer(45) }, (): TimelineEvent => {
    at += random.chance(1, 3) ? random.integer(spread + 1) : random.integer(2000);
    const text = Array.from({ length: 1 + random.integer(20) }, () => random.pick(vocabulary)).join(' ');
    const win32 = random.chance(1, 6) ? { win32: random.integer(2000) } : {};
    const gate = random.chance(1, 12) ? { gate: 'network' } : {};
    return { at, lane: random.pick(lanes), text, ...win32, ...gate };
  });
  return storyOf(events, `seed ${seed}`);
}

test('in forty drawings of any events, nothing lies over anything else', { skip }, async () => {
  const stories = Array.from({ length: 40 }, (_, index) => anyStory(index + 1));
  // A page for each, so that each has an axis of its own.
  const pages = stories.map((story) =>
    timelinePage({ scenario: 'any', title: '', worldHash: '', stories: [story] }),
  );
  const sections = pages.map((page) => /<section[\s\S]*<\/section>/.exec(page)?.[0] ?? '');
  const path = join(folder.path, 'any.html');
  writeFileSync(
    path,
    (pages[0] ?? '').replace(/<section[\s\S]*<\/section>/, () => sections.join('\n')),
  );
  await reading(path, wide, async (page) => {
    await shoot(page, 'lab-timeline-any');
    assert.equal(await page.locator('svg').count(), stories.length);
    assert.deepEqual(await page.evaluate<string[]>(overlaps), []);
  });
});
