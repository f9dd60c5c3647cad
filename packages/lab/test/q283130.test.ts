/** Scenario q283130: a verify cycle comes while an advertisement runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { q283130 } from '../src/scenarios/q283130/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast brings every advertisement to its end; SMS 2.0 does not', async () => {
  await onlyHoldfastKeepsAll(q283130, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(q283130, 1);
});

test('SMS 2.0: the distribution is abruptly stopped, and nothing tells that it did not work', async () => {
  const told = await timelineWith(q283130, 'sms2', /LOST/);
  assert.match(told, /status 10005[\s\S]*stops Smsapm32[\s\S]*abruptly stopped; no 10006, no 10007/);
  assert.match(told, /LOST: Ledger is (neither old nor new|still the old one)/);
});

test('SMS 2.0: in some cases the advertisement is rescheduled and installed', async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const { events, lost } = await q283130.run('sms2', seed);
    if (!lost && events.some(({ text }) => /abruptly stopped/.test(text))) return;
  }
  assert.fail('it was never rescheduled');
});

test('holdfast: the program goes on while the client starts again, is found, and ends well', async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const { events } = await q283130.run('holdfast', seed);
    const texts = events.map(({ text }) => text);
    const started = texts.indexOf('Installation of Ledger 1.0 started');
    const restarted = texts.findIndex((text) => text.startsWith('the client starts again'));
    const present = texts.indexOf('Ledger 1.0 is present: every detection rule holds');
    if (started < 0 || !(started < restarted && restarted < present)) continue;
    assert.equal(texts.filter((text) => text === 'Installation of Ledger 1.0 started').length, 1);
    return;
  }
  assert.fail('the two never met');
});

test('holdfast: what is damaged meanwhile is mended after the program, not beside it', async () => {
  const told = await timelineWith(q283130, 'holdfast', /Remote Tools 1\.0 was repaired and verified/);
  assert.match(told, /Wuser32\.exe of the client is deleted[\s\S]*Remote Tools 1\.0 is broken/);
});
