/** A timeline as text: only lanes that are used, long texts beside the lanes, nothing that steers a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timelineText } from '../src/timeline/text.ts';
import type { TimelineEvent } from '../src/timeline/timeline.ts';

const story: readonly TimelineEvent[] = [
  { at: 1000, lane: 'boot', text: 'starts' },
  { at: 2500, lane: 'client', text: 'waiting for a gate', gate: 'file-protection', win32: 21 },
  { at: 3000, lane: 'boot', text: 'all services were started' },
  { at: 3_601_000, lane: 'client', text: 'goes on' },
  { at: 3_601_000, lane: 'client', text: 'failed', win32: 5 },
];

test('lanes in which nothing happens are left out, and those of a story stand in their order', () => {
  const [head] = timelineText(story.toReversed()).split('\n');
  assert.match(head ?? '', /^ +boot +client +\* event/);
  assert.doesNotMatch(head ?? '', /power|services|protection|network|site/);
  assert.equal(timelineText([]).split('\n').length, 1);
});

test('each event has its mark in its lane, and a gate is waited at until its lane goes on', () => {
  const lines = timelineText(story).split('\n').slice(1);
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/ +/g, ' ')),
    [
      '+00:00:00.0 * | starts',
      '+00:00:01.5 | # waiting for a gate',
      '+00:00:02.0 * : all services were started',
      '+01:00:00.0 | * goes on',
      '+01:00:00.0 | ! failed',
    ],
  );
});

test('a gate of any lane is waited at in that lane', () => {
  const [, , second] = timelineText([
    { at: 0, lane: 'services', text: 'waits', gate: 'network' },
    { at: 1, lane: 'client', text: 'starts' },
  ]).split('\n');
  assert.match(second ?? '', /^\S+ +: +\* +starts$/);
});

test('a text that is longer than the terminal goes on beside the lanes, no word of it lost', () => {
  const words = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
  const long: readonly TimelineEvent[] = [
    { at: 0, lane: 'boot', text: 'starts' },
    { at: 1, lane: 'client', text: words, gate: 'network' },
  ];
  const columns = 80;
  const [, , ...lines] = timelineText(long, columns).split('\n');
  assert.ok(lines.length > 4);
  for (const line of lines) assert.ok(line.length <= columns, line);
  assert.equal(lines.map((line) => line.slice(38)).join(' '), words);
  for (const line of lines.slice(1)) assert.match(line, /^ {14}\| {11}: {11}word/);
  assert.equal(timelineText(long).split('\n').length, 3);
  assert.equal(timelineText(long, 50).split('\n').length, 3);
});

test('nothing that a machine says steers the terminal or makes a line of its own', () => {
  const hostile = 'a\u001b[2Jb\nc\u202ed\u009be\ud800f';
  const lines = timelineText([{ at: 0, lane: 'client', text: hostile }]).split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', /a\ufffd\[2Jb\ufffdc\ufffdd\ufffde\ufffdf$/);
});
