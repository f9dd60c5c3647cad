/** The ports of the simulated Windows pass the contracts of their ports. */
import assert from 'node:assert/strict';
import { bootContract, registryContract, servicesContract } from '@holdfast/ports/suites';
import { type RunningWindows, type SimulatedWindows, simulatedWindows } from '../src/windows/machine.ts';
import { inVirtualTime } from '../src/world/run.ts';

const start = (windows: SimulatedWindows): Promise<RunningWindows> =>
  inVirtualTime(windows.clock, () => windows.boot({ kernelMs: 1000, protectionMs: 1000, services: {} }, {}));

const place = { hive: 'HKLM', key: 'Software\\Holdfast', view: '64' } as const;

registryContract(async () => {
  const windows = await simulatedWindows('registry');
  const { host, ports } = await start(windows);
  const values = [
    ['text', { kind: 'text', text: 'one' }, 'one'],
    ['expandable', { kind: 'expandable', text: '%windir%\\two' }, '%windir%\\two'],
    ['number', { kind: 'number', number: 4_294_967_295 }, '4294967295'],
    ['wide', { kind: 'wide-number', number: 2n ** 63n }, '9223372036854775808'],
    ['texts', { kind: 'texts', texts: ['one', 'two'] }, 'one\ntwo'],
    ['bytes', { kind: 'bytes', type: 3, bytes: Uint8Array.of(0, 255) }, '00ff'],
  ] as const;
  await host.registry.apply(values.map(([name, data]) => ({ kind: 'set', place, name, data })));
  return {
    registry: ports.registry,
    values: values.map(([name, , text]) => ({ at: { ...place, name }, text })),
    place: { ...place, key: 'Software\\Holdfast\\New', name: 'own' },
    cleanup: async () => {},
  };
});

bootContract(async () => {
  const windows = await simulatedWindows('boot');
  let { boot } = (await start(windows)).ports;
  const again = async () => {
    ({ boot } = (await start(windows)).ports);
  };
  return {
    boot: {
      id: () => boot.id(),
      operatingSystem: () => boot.operatingSystem(),
      hostName: () => boot.hostName(),
    },
    restart: again,
    upgrade: async () => {
      await windows.upgrade('xp');
      await again();
    },
    cleanup: async () => {},
  };
});

const world = await simulatedWindows('services');
const { host, ports } = await start(world);

servicesContract(
  async () => {
    const { services, clock } = ports;
    assert.ok(services);
    await host.services.stop('Spooler');
    return { services, clock, service: 'Spooler', cleanup: async () => {} };
  },
  { run: (body) => inVirtualTime(world.clock, body) },
);
