/** A timeline as picture and page: everything that was told is in it, nothing of it is more than text, and it is readable. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kb829810 } from '../src/scenarios/kb829810/scenario.ts';
import { textWidth, wrapped } from '../src/timeline/label.ts';
import { palettes, surfaces, textColours, tintOpacity } from '../src/timeline/look.ts';
import { type PageStory, timelinePage } from '../src/timeline/page.ts';
import { pictureSvg } from '../src/timeline/picture.ts';
import type { TimelineEvent } from '../src/timeline/timeline.ts';

function storyOf(events: readonly TimelineEvent[], other: Partial<PageStory> = {}): PageStory {
  const verdict = { lost: true, reason: 'it is gone', cured: null };
  const names = {
    profile: 'careless',
    summary: 'does what it likes',
    seed: 4,
    traceHash: 'abc',
    replay: 'again',
  };
  return { events, ...verdict, ...names, ...other };
}

const pageOf = (...stories: readonly PageStory[]): string =>
  timelinePage({ scenario: 'kb829810', title: 'A title', worldHash: 'def', stories });

/** What stands between the tags, entities read. */
function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

test('the page of a lost machine has its verdict, every event, error 21 with its file, hashes and the command', async () => {
  const outcome = await kb829810.run('sms2003', 4);
  assert.equal(outcome.lost, true);
  const replay = 'holdfast lab run kb829810 --profile sms2003 --seed 4';
  const page = pageOf({ ...outcome, summary: 'as it was', replay });
  const told = textOf(page);
  for (const { text } of outcome.events) assert.ok(told.includes(text), text);
  assert.match(page, /<section class="lost">\n<div class="verdict"><h2>Lost: KBStuff\.sys is missing<\/h2>/);
  assert.match(
    page,
    /<g class="mark error"><title>[^<]+protection: Windows File Protection Error 21 with file Msvcp60\.dll/,
  );
  assert.match(page, /<text class="flag-text"[^>]+>error 21 at 0:01:30<\/text>/);
  for (const fact of [outcome.traceHash, 'def', replay, 'The published workarounds cure it.']) {
    assert.ok(told.includes(fact), fact);
  }
});

test('a gate is a bar from when it closed to when its lane went on, with its reason', async () => {
  const outcome = await kb829810.run('holdfast', 4);
  const closed = outcome.events.find(({ gate }) => gate !== undefined);
  const opened = outcome.events.find(({ text }) => text.endsWith('Windows XP 1.0 started'));
  assert.ok(closed && opened);
  const svg = pictureSvg('', [{ ...outcome, summary: '' }]);
  const [, left, width] = /<rect class="bar" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg) ?? [];
  const dot = /Windows XP 1\.0 started<\/title><circle class="dot" cx="([\d.]+)"/.exec(svg)?.[1];
  assert.ok(Math.abs(Number(left) + Number(width) - Number(dot)) <= 0.11);
  assert.match(svg, /class="bar-text"[^>]+>file-protection closed for 2 min 9 s</);
  assert.match(
    textOf(svg),
    /Remote Control for Windows XP 1\.0 waits for file-protection: Win32 21 \(it is not ready\)/,
  );
  assert.match(svg, /class="h2 good"[^>]+>Not lost: the drivers for Windows XP/);
});

test('a gate that never opened is a bar to the end', () => {
  const svg = pictureSvg('', [
    storyOf([
      { at: 0, lane: 'client', text: 'waits', gate: 'network' },
      { at: 60_000, lane: 'boot', text: 'is still up' },
    ]),
  ]);
  assert.match(svg, />network closed to the end</);
});

test('whatever the world says stays text', () => {
  const hostile = `</text></title></style><script>alert("1")</script><img src=x onerror='y'>&amp;`;
  const events: TimelineEvent[] = [
    { at: 0, lane: 'client', text: hostile, gate: hostile },
    { at: 1, lane: 'client', text: `\u0000\u001b[2J\u202e\ud800\uffff${hostile}`, win32: 21 },
  ];
  const story = storyOf(events, {
    profile: hostile,
    summary: hostile,
    reason: hostile,
    seed: hostile,
    replay: hostile,
  });
  const page = timelinePage({ scenario: hostile, title: hostile, worldHash: hostile, stories: [story] });
  const svg = pictureSvg(hostile, [story]);
  for (const document of [page, svg]) {
    assert.doesNotMatch(document.replaceAll('\n', ''), /<script|<img|onerror='|[\p{Cs}\p{Cc}\u202e\uffff]/u);
    assert.equal(document.match(/<\/style>/g)?.length, 1);
    assert.ok(document.includes('&lt;script&gt;'));
  }
});

test('nothing of the page comes from elsewhere, and its policy forbids it', () => {
  const page = pageOf(storyOf([{ at: 0, lane: 'boot', text: 'starts' }]));
  assert.match(
    page,
    /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/,
  );
  assert.doesNotMatch(page, /https?:|src=|@import|url\(/);
});

test('a picture has the lanes that are used, in their order', () => {
  const lanesOf = (svg: string) => [...svg.matchAll(/class="lane"[^>]*>(\w+)</g)].map(([, name]) => name);
  const events: TimelineEvent[] = [
    { at: 0, lane: 'client', text: 'a' },
    { at: 1, lane: 'power', text: 'b' },
    { at: 2, lane: 'site', text: 'c' },
  ];
  assert.deepEqual(lanesOf(pictureSvg('', [storyOf(events)])), ['power', 'site', 'client']);
  assert.deepEqual(lanesOf(pictureSvg('', [storyOf([])])), []);
});

test('what is too long for a label ends in an ellipsis there, and is whole in the list', () => {
  const long = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(' ');
  const page = pageOf(storyOf([{ at: 0, lane: 'client', text: long }]));
  assert.match(page, /…<\/tspan><\/text>/);
  assert.ok(page.includes(`<td>${long}</td>`));
});

test('lines of a label are no wider than asked, of about the same length, and keep every word', () => {
  const type = { size: 10 };
  const text =
    'the installer ended with 1603: The system did not install its own versions of protected files.';
  const lines = wrapped(text, 250, type, 5);
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(textWidth(line, type) <= 250, line);
  assert.equal(lines.join(' '), text);
  const [shortest, longest] = [Math.min, Math.max].map((of) =>
    of(...lines.map((line) => textWidth(line, type))),
  );
  assert.ok((shortest ?? 0) > (longest ?? 0) / 2, lines.join('|'));
  assert.equal(wrapped('x'.repeat(200), 100, type, 99).join(''), 'x'.repeat(200));
  assert.deepEqual(wrapped('', 100, type, 3), ['']);
});

/** Relative luminance of WCAG 2.2. */
function luminance(colour: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const parts = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

for (const [scheme, palette] of Object.entries(palettes)) {
  test(`text in the ${scheme} colours has a contrast of 4.5 at least, under the tint of a closed gate too`, () => {
    const tint = parts(palette.tint);
    const tinted = (colour: readonly number[]) =>
      colour.map((value, index) => value * (1 - tintOpacity) + (tint[index] ?? 0) * tintOpacity);
    const pairs: [string, string][] = textColours.flatMap((text) =>
      surfaces.map((surface): [string, string] => [palette[text], palette[surface]]),
    );
    pairs.push([palette.panel, palette.bad], [palette.gate, palette.gateFill]);
    for (const [text, surface] of pairs) {
      const [front, back] = [parts(text), parts(surface)];
      assert.ok(contrast(front, back) >= 4.5, `${text} on ${surface}: ${contrast(front, back)}`);
      const under = contrast(tinted(front), tinted(back));
      assert.ok(under >= 4.5, `${text} on ${surface} under the tint: ${under}`);
    }
  });
}
