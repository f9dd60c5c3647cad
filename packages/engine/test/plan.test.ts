/** Planning and its memory of what was tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterRepairStarted,
  afterRequest,
  afterSetback,
  afterSuccess,
  backoffMs,
  type Desired,
  emptyHistory,
  fullJitterMs,
  type History,
  type Observed,
  plan,
  setbackRules,
} from '../src/index.ts';

const desired: Desired = {
  intent: 'install',
  purpose: 'required',
  requested: false,
  availableAt: null,
  deadlineAt: null,
};
const absent: Observed = { present: false, reason: 'it is missing' };
const present = { present: true, reason: 'it is there' };
const moment = { now: 1_000_000, bootId: 'this boot' };
const highest = { integer: (bound: number) => bound - 1 };
const day = 86_400_000;

const decide = (change: Partial<Desired>, history: Partial<History> = {}, observed = absent) =>
  plan({ ...desired, ...change }, observed, { ...emptyHistory, ...history }, moment);

test('what is as desired needs nothing; what is not is installed, repaired or removed', () => {
  assert.equal(decide({}, {}, present).do, 'nothing');
  assert.equal(decide({ intent: 'uninstall' }).do, 'nothing');
  assert.equal(decide({}).do, 'install');
  assert.equal(decide({}, { hadIt: true }).do, 'repair');
  assert.equal(decide({ intent: 'uninstall' }, {}, present).do, 'uninstall');
});

test('what is not available yet waits, what is optional is offered, what has a deadline is offered until then', () => {
  assert.deepEqual(decide({ availableAt: moment.now + 5 }), {
    do: 'wait',
    until: moment.now + 5,
    reason: 'it is not available yet',
  });
  assert.equal(decide({ availableAt: moment.now }).do, 'install');
  assert.deepEqual(decide({ purpose: 'available' }), { do: 'offer', at: null });
  assert.equal(decide({ purpose: 'available', requested: true }).do, 'install');
  assert.deepEqual(decide({ deadlineAt: moment.now + 5 }), { do: 'offer', at: moment.now + 5 });
  assert.equal(decide({ deadlineAt: moment.now }).do, 'install');
  assert.equal(decide({ deadlineAt: moment.now + 5 }, { hadIt: true }).do, 'repair');
});

test('a back-off is waited for, but a clock that was set back does not stretch it', () => {
  const notBefore = moment.now + 60_000;
  assert.equal(decide({}, { notBefore }).do, 'wait');
  assert.equal(decide({}, { notBefore: moment.now }).do, 'install');
  assert.equal(decide({}, { notBefore: moment.now + 2 * day }).do, 'install');
  // Written down by a clock that was 55 minutes ahead: the wait was drawn for one minute, and is over.
  assert.equal(decide({}, { notBefore: moment.now + 56 * 60_000, waitMs: 60_000 }).do, 'install');
  const drawn = afterSetback(emptyHistory, 'busy', 'why', moment.now, highest);
  assert.equal(drawn.waitMs, (drawn.notBefore ?? 0) - moment.now);
});

test('after a program asked for a restart nothing is done, or counted as reached, in the same boot', () => {
  assert.equal(decide({}, { rebootAfter: 'this boot' }, present).do, 'restart');
  assert.equal(decide({}, { rebootAfter: 'the boot before' }, present).do, 'nothing');
});

test('every kind of setback is held at its limit and not before; kinds without one never are', () => {
  for (const [kind, rule] of Object.entries(setbackRules)) {
    const setback = kind as keyof typeof setbackRules;
    let history = emptyHistory;
    for (let count = 1; count < (rule.limit ?? 200); count++) {
      history = afterSetback(history, setback, 'why', moment.now, highest);
      assert.equal(history.heldBy, null);
      const wait = (history.notBefore ?? 0) - moment.now;
      assert.ok(wait >= rule.baseMs / 2 && wait <= rule.capMs + 1, `${kind} waits ${wait}`);
    }
    history = afterSetback(history, setback, 'why', moment.now, highest);
    assert.equal(history.heldBy, rule.limit === null ? null : setback);
    if (rule.limit !== null) assert.equal(plan(desired, absent, history, moment).do, 'hold');
    assert.equal(plan(desired, present, history, moment).do, 'nothing', 'what heals by itself is healed');
    assert.equal(
      plan(desired, absent, afterRequest(history), moment).do,
      'install',
      'a person lets go of it',
    );
  }
});

test('repairs are limited by the day; success does not forget them, the next day does', () => {
  let history: History = { ...emptyHistory, hadIt: true };
  for (let repair = 0; repair < 5; repair++) {
    assert.equal(plan(desired, absent, history, moment).do, 'repair');
    history = afterSuccess(afterRepairStarted(history, moment.now + repair), true);
  }
  const held = plan(desired, absent, history, { ...moment, now: moment.now + 10 });
  assert.deepEqual(held.do === 'hold' && held.until, moment.now + day);
  assert.equal(plan(desired, absent, history, { ...moment, now: moment.now + day }).do, 'repair');
});

test('what its installer knows nothing of any more is installed anew, and counted as a repair', () => {
  const gone = { ...absent, gone: true };
  assert.equal(plan(desired, gone, emptyHistory, moment).do, 'install');
  let history: History = { ...emptyHistory, hadIt: true };
  for (let repair = 0; repair < 5; repair++) {
    assert.equal(plan(desired, gone, history, moment).do, 'reinstall');
    history = afterSuccess(afterRepairStarted(history, moment.now + repair), true);
  }
  assert.equal(plan(desired, gone, history, { ...moment, now: moment.now + 10 }).do, 'hold');
});

test('waits double up to their cap and are drawn from the right span', () => {
  const backoff = { baseMs: 1000, capMs: 60_000 };
  const lowest = { integer: () => 0 };
  assert.deepEqual(
    [1, 2, 3, 7, 500].map((tries) => backoffMs(tries, backoff, lowest)),
    [500, 1000, 2000, 30_000, 30_000],
  );
  assert.equal(backoffMs(500, backoff, highest), 60_000);
  assert.equal(fullJitterMs(3, backoff, lowest), 0);
  assert.equal(fullJitterMs(3, backoff, highest), 4000);
});

test('a removal that was begun and did not end well goes on while a part is left; one that never began does not begin for a part', () => {
  const part = { ...absent, part: true };
  const uninstall = { intent: 'uninstall' } as const;
  assert.equal(decide(uninstall, {}, part).do, 'nothing');
  assert.equal(decide(uninstall, { setbacks: { interrupted: 1 } }, part).do, 'uninstall');
  assert.equal(decide(uninstall, { setbacks: { failed: 1 } }, part).do, 'uninstall');
  assert.equal(decide(uninstall, { setbacks: { interrupted: 1 } }).do, 'nothing');
  // Nothing more can be asked of an installer that knows nothing of it.
  assert.equal(decide(uninstall, { setbacks: { failed: 1 } }, { ...part, gone: true }).do, 'nothing');
});

test('a removal that was cut short and found done begins again should a part of it come back', () => {
  const history = afterSuccess(emptyHistory, false, true);
  const later = afterSuccess(history, false);
  assert.equal(decide({ intent: 'uninstall' }, later, { ...absent, part: true }).do, 'uninstall');
  const done = afterSuccess(later, false, false);
  assert.equal(decide({ intent: 'uninstall' }, done, { ...absent, part: true }).do, 'nothing');
});
