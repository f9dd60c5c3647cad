/** What the second starter decides: two proofs before anything is ended, never twice, everything else in its time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StarterState } from '@holdfast/ports';
import fc from 'fast-check';
import {
  type Decision,
  decide,
  freeActs,
  goodIntervalMs,
  hasLivedWell,
  installationMs,
  longestBackoffMs,
  pulseOldMs,
  type Seen,
  settlingMs,
} from '../src/rescue/decide.ts';
import { emptyRecord, type RescueAct, type RescueRecord } from '../src/rescue/record.ts';

const hour = 3_600_000;
const inOrder: StarterState = { present: true, asDefined: true, enabled: true, active: true, reason: '' };
const stopped: StarterState = { ...inOrder, active: false, reason: 'it is stopped' };
const now = { bootId: 'this boot', awakeMs: 5 * hour };
const pulse = { ...now, sinceMs: hour, wall: 0, pid: 7, version: '1.0.0' };
const oldPulse = { ...pulse, awakeMs: now.awakeMs - pulseOldMs - 1 };
const busy = { ready: false, reason: 'dpkg works', evidence: {} } as const;

const well: Seen = {
  ...now,
  service: inOrder,
  second: inOrder,
  answers: true,
  pulse,
  trial: null,
  settled: { ready: true },
  idle: { ready: true },
  packageTrouble: null,
  fetchTrouble: null,
};
const hung: Partial<Seen> = { answers: false, pulse: oldPulse };
/** No package is kept, and none can be fetched. */
const nothingToInstall = { packageTrouble: 'none is kept', fetchTrouble: 'there is no network' };
const dead: Partial<Seen> = { service: stopped, answers: false, pulse: oldPulse };

function acts(...done: RescueAct[]): Partial<RescueRecord> {
  return { acts: done.map((act) => ({ act, bootId: now.bootId, awakeMs: now.awakeMs - hour })) };
}

function decided(seen: Partial<Seen>, record: Partial<RescueRecord> = {}): string {
  const decision = decide({ ...well, ...seen }, { ...emptyRecord, ...record });
  return decision.kind === 'act' ? decision.act : decision.kind;
}

test('a client that is well is left alone', () => {
  assert.equal(decided({}), 'well');
});

test('one proof of death alone changes nothing', () => {
  assert.equal(decided({ answers: false }), 'doubt');
  assert.equal(decided({ pulse: oldPulse }), 'doubt');
  assert.equal(decided({ pulse: null }), 'doubt');
});

test('two proofs end it, once', () => {
  assert.equal(decided(hung), 'restart');
  assert.equal(decided(hung, acts('restart')), 'reinstall');
  assert.equal(decided(hung, acts('restart', 'reinstall')), 'doubt');
  assert.equal(decided({ ...hung, ...nothingToInstall }, acts('restart')), 'doubt');
});

test('a pulse is old by the time that the machine was awake, in its own boot', () => {
  assert.equal(decided({ ...hung, pulse: { ...pulse, awakeMs: now.awakeMs - pulseOldMs } }), 'doubt');
  const earlier = { ...pulse, bootId: 'an earlier boot' };
  assert.equal(decided({ answers: false, pulse: earlier }), 'restart');
  assert.equal(decided({ answers: false, pulse: earlier, awakeMs: pulseOldMs }), 'doubt');
});

test('what does not run is started, and installed anew when starting it did not help', () => {
  assert.equal(decided(dead), 'start');
  assert.equal(decided(dead, acts('start')), 'start');
  assert.equal(decided(dead, acts('start', 'start')), 'reinstall');
  assert.equal(decided(dead, acts('start', 'start', 'reinstall')), 'start');
  assert.equal(decided({ ...dead, ...nothingToInstall }, acts('start', 'start')), 'start');
});

test('a version on trial that has to be brought back for the second time is given up', () => {
  const trial = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
  const before = (act: RescueAct, of: string) => ({ acts: [{ ...now, act, trial: of }] });
  for (const wrong of [dead, hung]) {
    assert.equal(decided({ ...wrong, trial }, before('start', trial)), 'revert');
    assert.equal(decided({ ...wrong, trial }, before('restart', trial)), 'revert');
    const earlier = before('start', '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c12');
    for (const other of [{}, before('define', trial), earlier])
      assert.notEqual(decided({ ...wrong, trial }, other), 'revert');
    assert.notEqual(decided(wrong, before('start', trial)), 'revert');
  }
});

test('without a whole package it is installed anew from the site, and what stands against that is said', () => {
  const fetched = { packageTrouble: 'none is kept' };
  assert.equal(decided({ ...dead, ...fetched }, acts('start', 'start')), 'reinstall');
  assert.equal(decided({ ...dead, ...fetched }, acts('start', 'start', 'reinstall')), 'start');
  assert.equal(decided({ ...hung, ...fetched }, acts('restart')), 'reinstall');
  const decision = decide(
    { ...well, ...dead, ...nothingToInstall },
    { ...emptyRecord, ...acts('start', 'start') },
  );
  assert.match(decision.kind === 'act' ? decision.reason : '', /none is kept, and there is no network/);
});

test('a definition that is damaged, disabled or gone is restored, whatever runs', () => {
  for (const change of [{ present: false }, { asDefined: false }, { enabled: false }]) {
    assert.equal(decided({ service: { ...inOrder, ...change } }), 'define');
    assert.equal(decided({ second: { ...inOrder, ...change } }), 'define');
  }
  assert.equal(decided({ second: stopped }), 'define');
});

test('a machine that still starts is left alone for its time', () => {
  const settled = { ready: false, reason: 'the machine is starting', evidence: {} } as const;
  assert.equal(decided({ ...dead, settled, awakeMs: settlingMs - 1 }), 'waits');
  assert.equal(decided({ ...dead, settled, awakeMs: settlingMs }), 'start');
});

test('an installation is waited for, for its time; another is never begun beside it', () => {
  const since = (ms: number) => ({ waitsSince: { bootId: now.bootId, awakeMs: now.awakeMs - ms } });
  assert.equal(decided({ ...dead, idle: busy }), 'waits');
  assert.equal(decided({ ...dead, idle: busy }, since(installationMs - 1)), 'waits');
  assert.equal(decided({ ...dead, idle: busy }, since(installationMs)), 'start');
  const tried = { ...acts('start', 'start'), ...since(installationMs) };
  assert.equal(decided({ ...dead, idle: busy }, tried), 'waits');
});

test('what does not help is tried less and less often', () => {
  const tried = (count: number, agoMs: number): Partial<RescueRecord> => ({
    acts: Array.from({ length: count }, () => ({
      act: 'start',
      bootId: now.bootId,
      awakeMs: now.awakeMs + 48 * hour - agoMs,
    })),
  });
  const later = { ...dead, awakeMs: now.awakeMs + 48 * hour, ...nothingToInstall };
  assert.equal(decided(later, tried(freeActs - 1, 0)), 'start');
  assert.equal(decided(later, tried(freeActs, hour - 1)), 'waits');
  assert.equal(decided(later, tried(freeActs, hour)), 'start');
  assert.equal(decided(later, tried(32, longestBackoffMs - 1)), 'waits');
  assert.equal(decided(later, tried(32, longestBackoffMs)), 'start');
});

test('only another life that went on for a good interval proves that an act has helped', () => {
  const lived = (change: Partial<Seen>, lifeBefore: RescueRecord['lifeBefore'], act: RescueAct = 'restart') =>
    hasLivedWell({ ...well, ...change }, { ...emptyRecord, ...acts(act), lifeBefore });
  const before = { bootId: now.bootId, sinceMs: 1 };
  const young = { ...pulse, sinceMs: now.awakeMs - goodIntervalMs + 1 };
  assert.equal(lived({}, before), true);
  assert.equal(lived({}, null), true);
  assert.equal(lived({}, pulse), false);
  assert.equal(lived({}, pulse, 'define'), true);
  assert.equal(lived({ pulse: young }, before), false);
  assert.equal(lived({ answers: false }, before), false);
  assert.equal(lived({ pulse: oldPulse }, before), false);
});

test('whatever is seen and remembered, nothing is ended without two proofs, or twice', () => {
  const flag = fc.boolean();
  const state = fc.record({
    present: flag,
    asDefined: flag,
    enabled: flag,
    active: flag,
    reason: fc.constant('x'),
  });
  const anyAct = fc.constantFrom<RescueAct>('define', 'start', 'restart', 'revert', 'reinstall');
  const seen = fc.record({
    service: state,
    second: state,
    answers: flag,
    pulse: fc.constantFrom(null, pulse, oldPulse, { ...pulse, bootId: 'another' }),
    idle: fc.constantFrom(busy, well.idle),
    awakeMs: fc.integer({ min: 0, max: 10 * hour }),
  });
  fc.assert(
    fc.property(seen, fc.array(anyAct, { maxLength: 10 }), (change, done) => {
      const full: Seen = { ...well, ...change };
      const decision: Decision = decide(full, { ...emptyRecord, ...acts(...done) });
      if (decision.kind !== 'act' || decision.act !== 'restart') return;
      assert.equal(full.answers, false);
      assert.ok(full.pulse?.bootId !== now.bootId || full.pulse.awakeMs < full.awakeMs - pulseOldMs);
      assert.ok(!done.includes('restart'));
    }),
    { numRuns: 2_000 },
  );
});
