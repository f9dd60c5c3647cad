/** The contract of the clock. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Clock } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';

export type ClockFixture = Fixture & { readonly clock: Clock };

export function clockContract(make: Make<ClockFixture>, options: SuiteOptions = {}): void {
  registerContract('the clock', make, options, tests);
}

/** Milliseconds: longer than a 32-bit timer can count. */
const overTimerRange = 2 ** 31 + 5;

const tests: ContractTests<ClockFixture> = {
  'the wall clock counts milliseconds since 1970': async ({ clock }) => {
    assert.ok(Number.isFinite(clock.now()));
    assert.ok(clock.now() > Date.UTC(2000, 0), 'a stamp before the year 2000');
  },

  'the monotonic clock never goes back and moves on during a sleep': async ({ clock }) => {
    let last = clock.monotonic();
    for (let reading = 0; reading < 100; reading += 1) {
      const next = clock.monotonic();
      assert.ok(next >= last);
      last = next;
    }
    await clock.sleep(2);
    assert.ok(clock.monotonic() > last);
  },

  'a sleep lasts at least as long as asked': async ({ clock }) => {
    const start = clock.monotonic();
    await clock.sleep(20);
    assert.ok(clock.monotonic() - start >= 20, `slept ${clock.monotonic() - start} ms`);
  },

  'a sleep of nothing ends': async ({ clock }) => {
    await clock.sleep(0);
  },

  'the shorter of two sleeps ends first': async ({ clock }) => {
    const ended: string[] = [];
    const long = clock.sleep(40).then(() => ended.push('long'));
    const short = clock.sleep(5).then(() => ended.push('short'));
    await Promise.all([long, short]);
    assert.deepEqual(ended, ['short', 'long']);
  },

  'a sleep that is aborted rejects with the reason of its signal': async ({ clock }) => {
    const controller = new AbortController();
    const reason = new Error('no longer needed');
    const sleeping = assert.rejects(clock.sleep(60_000, controller.signal), (thrown) => thrown === reason);
    controller.abort(reason);
    await sleeping;
  },

  'a sleep with a signal that was aborted before rejects at once': async ({ clock }) => {
    const reason = new Error('too late');
    await assert.rejects(clock.sleep(60_000, AbortSignal.abort(reason)), (thrown) => thrown === reason);
  },

  'a sleep that ended leaves nothing on its signal': async ({ clock }) => {
    const controller = new AbortController();
    await clock.sleep(1, controller.signal);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  },

  'a sleep of more than 24 days does not end at once': async ({ clock }) => {
    const controller = new AbortController();
    let ended = false;
    const long = clock.sleep(overTimerRange, controller.signal).then(
      () => {
        ended = true;
      },
      () => undefined,
    );
    await clock.sleep(10);
    assert.equal(ended, false);
    controller.abort();
    await long;
    assert.equal(ended, false);
  },
};
