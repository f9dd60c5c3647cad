/** The contract of the service manager. */
import assert from 'node:assert/strict';
import type { Clock, Readiness, Services } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';
import { toldOf, until } from './watched.ts';

export type ServicesFixture = Fixture & {
  readonly services: Services;
  readonly clock: Pick<Clock, 'sleep'>;
  /** A service that is stopped, and starts and stops when it is asked. */
  readonly service: string;
  /** One that is stopped, and takes long enough to start to be seen at it. */
  readonly slowService?: string;
  /** One that is stopped, and ends instead of starting. */
  readonly brokenService?: string;
  /** One that runs, but answers nobody. */
  readonly deafService?: string;
};

export function servicesContract(make: Make<ServicesFixture>, options: SuiteOptions = {}): void {
  registerContract('the service manager', make, options, tests);
}

const noService = 'holdfast-no-such-service';

function notReady(readiness: Readiness): void {
  assert.ok(!readiness.ready);
  assert.ok(readiness.reason.length > 0);
  assert.ok(Object.keys(readiness.evidence).length > 0, 'nothing was seen');
}

const tests: ContractTests<ServicesFixture> = {
  'a service that is not there has no state, is not ready, and neither starts nor stops': async ({
    services,
  }) => {
    assert.equal(await services.state(noService), undefined);
    notReady(await services.readiness(noService));
    await rejectsWith(services.start(noService), 'system.failed');
    await rejectsWith(services.stop(noService), 'system.failed');
  },

  'a name that is none of a service names none, whatever the system would make of it': async ({
    services,
  }) => {
    for (const name of ['', '*', '--all', '-H', 'a b', '../x', 'x\n', '?', '[a-z]*', 'x\0y', '/', '.']) {
      assert.equal(await services.state(name), undefined, JSON.stringify(name));
      notReady(await services.readiness(name));
    }
  },

  'a service is started, runs and is ready; it is stopped, and is not': async ({ services, service }) => {
    assert.equal(await services.state(service), 'stopped');
    notReady(await services.readiness(service));
    await services.start(service);
    assert.equal(await services.state(service), 'running');
    assert.deepEqual(await services.readiness(service), { ready: true });
    await services.stop(service);
    assert.equal(await services.state(service), 'stopped');
    notReady(await services.readiness(service));
  },

  'what runs is not started again, and what is stopped not stopped again': async ({ services, service }) => {
    await services.stop(service);
    await services.start(service);
    await services.start(service);
    assert.equal(await services.state(service), 'running');
    await services.stop(service);
    await services.stop(service);
    assert.equal(await services.state(service), 'stopped');
  },

  'a service starts with the machine or does not, as it was said last, and goes on as it is': async ({
    services,
    service,
  }) => {
    assert.equal(await services.automatic(noService), undefined);
    await rejectsWith(services.setAutomatic(noService, true), 'system.failed');
    for (const automatic of [true, true, false, false]) {
      await services.setAutomatic(service, automatic);
      assert.equal(await services.automatic(service), automatic);
      assert.equal(await services.state(service), 'stopped');
    }
  },

  'while it starts, a service is not ready': async ({ services, clock, slowService }, context) => {
    if (slowService === undefined) {
      context.skip('no service here takes long to start');
      return;
    }
    const started = services.start(slowService);
    await until(
      clock,
      async () => (await services.state(slowService)) === 'start-pending',
      'seen at its start',
    );
    notReady(await services.readiness(slowService));
    await started;
    assert.deepEqual(await services.readiness(slowService), { ready: true });
    await services.stop(slowService);
  },

  'a service that ends instead of starting is told, and does not run': async (fixture, context) => {
    const { services, brokenService } = fixture;
    if (brokenService === undefined) {
      context.skip('no service here fails to start');
      return;
    }
    await rejectsWith(services.start(brokenService), 'system.failed', 'system.not-ready');
    assert.equal(await services.state(brokenService), 'stopped');
    notReady(await services.readiness(brokenService));
  },

  'a service that runs and answers nobody is not ready': async ({ services, deafService }, context) => {
    if (deafService === undefined) {
      context.skip('no service here is deaf, or this system cannot tell');
      return;
    }
    assert.equal(await services.state(deafService), 'running');
    notReady(await services.readiness(deafService));
  },

  'those who watch are told of a start, and those who left are not': async (fixture, context) => {
    const { services, clock, service } = fixture;
    await toldOf(() => services.start(service), services, clock, context);
    await services.stop(service);
  },
};
