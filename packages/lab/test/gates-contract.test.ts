/** What readiness gates look at on a simulated machine keeps the contracts of the real ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linksContract, powerContract, servicesContract, sessionsContract } from '@holdfast/ports/suites';
import { type MachineOptions, simulatedMachine } from '../src/machine/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';

const clock = virtualClock();
const options = { run: (body: () => Promise<void>) => inVirtualTime(clock, body) };
const cleanup = async () => undefined;

function newMachine(options: MachineOptions = {}) {
  const machine = simulatedMachine('gates', { clock, ...options });
  return { machine, ports: machine.ports('suite') };
}

for (const kind of ['linux', 'windows'] as const) {
  servicesContract(async () => {
    const { machine, ports } = newMachine({ kind });
    const { services } = machine.parts;
    services.put('prompt');
    services.put('slow', { startMs: 5000 });
    services.put('broken', { broken: true });
    services.put('deaf', { deaf: true });
    await services.start('deaf');
    assert.ok(ports.services);
    return {
      services: ports.services,
      clock: ports.clock,
      service: 'prompt',
      slowService: 'slow',
      brokenService: 'broken',
      deafService: 'deaf',
      cleanup,
    };
  }, options);
}

powerContract(async () => {
  const { machine, ports } = newMachine();
  assert.ok(ports.power);
  return {
    power: ports.power,
    clock: ports.clock,
    supply: async (state) => machine.parts.supply.set(state),
    cleanup,
  };
}, options);

linksContract(async () => {
  const { machine, ports } = newMachine();
  assert.ok(ports.links);
  return {
    links: ports.links,
    clock: ports.clock,
    connect: async (state) => machine.parts.links.set(state),
    cleanup,
  };
}, options);

sessionsContract(async () => {
  const { machine, ports } = newMachine();
  const { sessions } = machine.parts;
  assert.ok(ports.sessions);
  return {
    sessions: ports.sessions,
    clock: ports.clock,
    async arrive() {
      const session = { kind: 'remote-desktop', user: 'ada' };
      const before = sessions.get();
      sessions.set([...before, session]);
      return { session, leave: async () => sessions.set(before) };
    },
    cleanup,
  };
}, options);

test('a machine that starts again starts its automatic services, and nobody works on it', async () => {
  const { machine } = newMachine();
  const { services, sessions } = machine.parts;
  services.put('automatic', { automatic: true, startMs: 1000 });
  services.put('by hand');
  sessions.set([{ kind: 'ssh', user: 'ada' }]);
  await inVirtualTime(clock, async () => {
    await services.start('by hand');
    machine.powerCut({ names: 'lost', contents: 'lost' });
    const ports = machine.ports('after the restart');
    const states = () => Promise.all(['automatic', 'by hand'].map((name) => ports.services?.state(name)));
    assert.deepEqual(await states(), ['start-pending', 'stopped']);
    await ports.clock.sleep(1000);
    assert.deepEqual(await states(), ['running', 'stopped']);
    assert.deepEqual(await ports.sessions?.remote(), []);
    assert.equal(await ports.boot.uptime?.(), 1000);
  });
});
