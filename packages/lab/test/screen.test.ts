/** The simulated screen keeps the contract of the real ones, and a driver is tested on it in every state of a screen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenSelfTest } from '@holdfast/client';
import { screenContract, testPicture } from '@holdfast/ports/suites';
import { simulatedMachine } from '../src/machine/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';

const clock = virtualClock();
const size = { width: 40, height: 30 };

function newMachine() {
  const machine = simulatedMachine('screen', { clock });
  const { screen, clock: time } = machine.ports('suite');
  assert.ok(screen);
  return { machine, screen, time };
}

screenContract(
  async () => {
    const { machine, screen } = newMachine();
    machine.screen.show(testPicture(size));
    return {
      screen,
      size,
      draw: async (picture) => machine.screen.show(picture),
      blind: newMachine().screen,
      vanish: async () => machine.screen.show(undefined),
      held: async () => machine.screen.holders(),
      cleanup: async () => undefined,
    };
  },
  { run: (body) => inVirtualTime(clock, body) },
);

test('a driver is tested where there is a screen, where there is none, where it fails and where it hangs', async () => {
  await inVirtualTime(clock, async () => {
    const { machine, screen, time } = newMachine();
    const outcome = async () => (await screenSelfTest(screen, { clock: time, limitMs: 5000 })).outcome;
    assert.equal(await outcome(), 'no-screen');
    machine.screen.show(testPicture(size));
    assert.equal(await outcome(), 'captured');
    machine.screen.fail('the server refuses');
    assert.equal(await outcome(), 'failed');
    machine.screen.fail(undefined);
    machine.screen.hang(true);
    const start = time.monotonic();
    assert.equal(await outcome(), 'failed');
    assert.equal(time.monotonic() - start, 5000);
    machine.screen.hang(false);
    assert.equal(machine.screen.holders(), 0, 'each test has given back what it took');
    machine.powerCut({ names: 'lost', contents: 'lost' });
    const after = machine.ports('after the restart').screen;
    assert.equal(await after?.display(), undefined, 'nobody is signed in after a restart');
  });
});
