/** The simulated starters keep the contract of the real ones, and start with their machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startersContract } from '@holdfast/ports/suites';
import { simulatedMachine } from '../src/machine/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';

const clock = virtualClock();

startersContract(
  async () => {
    const machine = simulatedMachine('starters', { clock });
    const { starters, clock: sleeping } = machine.ports('suite');
    assert.ok(starters);
    let processes = 0;
    machine.starters.onService((running) => {
      if (running) processes += 1;
    });
    for (const name of ['service', 'second'] as const) await starters.remove(name);
    return {
      starters,
      clock: sleeping,
      damages: (['service', 'second'] as const).flatMap((starter) => [
        {
          what: `the ${starter} is disabled`,
          starter,
          act: async () => machine.starters.set(starter, { enabled: false }),
        },
        {
          what: `the ${starter} is changed`,
          starter,
          act: async () => machine.starters.set(starter, { asDefined: false }),
        },
        {
          what: `the ${starter} is deleted`,
          starter,
          act: async () => machine.starters.set(starter, { present: false }),
        },
      ]),
      process: async () => String(processes),
      async deafen() {
        machine.starters.set('service', { deaf: true });
        return async () => machine.starters.set('service', { deaf: false });
      },
      cleanup: async () => undefined,
    };
  },
  { run: (body) => inVirtualTime(clock, body) },
);

test('a machine that starts again starts what is enabled, and nothing else', () => {
  const machine = simulatedMachine('starters that start');
  const { starters } = machine;
  starters.set('service', { enabled: false });
  starters.set('second', { active: false });
  machine.powerCut({ names: 'lost', contents: 'lost' });
  assert.equal(starters.get('service').active, false);
  assert.equal(starters.get('second').active, true);
});
