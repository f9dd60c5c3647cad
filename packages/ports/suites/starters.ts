/** The contract of what starts the client. */
import assert from 'node:assert/strict';
import type { Clock, StarterName, StarterState, Starters } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { until } from './watched.ts';

/** Something that is done to a starter behind its back. */
export type StarterDamage = {
  /** As in `the unit file is deleted`. */
  readonly what: string;
  readonly starter: StarterName;
  act(): Promise<void>;
};

export type StartersFixture = Fixture & {
  /** Neither of the two is there at first. */
  readonly starters: Starters;
  /** What the suite waits through. */
  readonly clock: Pick<Clock, 'sleep'>;
  /** What can be done to them here, each once both are defined. */
  readonly damages: readonly StarterDamage[];
  /** Names the process of the running service, where that can be asked. */
  process?(): Promise<string>;
  /** Makes the running service one that answers nobody, and back again, where this can be had. */
  deafen?(): Promise<() => Promise<void>>;
};

export function startersContract(make: Make<StartersFixture>, options: SuiteOptions = {}): void {
  registerContract('what starts the client', make, options, tests);
}

const names: readonly StarterName[] = ['service', 'second'];

/** Everything but whether it runs. */
function isDefined(state: StarterState, message?: string): void {
  const { present, asDefined, enabled } = state;
  const words = `${message ?? 'defined'}: ${state.reason}`;
  assert.deepEqual({ present, asDefined, enabled }, { present: true, asDefined: true, enabled: true }, words);
}

const tests: ContractTests<StartersFixture> = {
  'what is not there is seen not to be; it is removed and stopped all the same, and nothing answers': async ({
    starters,
  }) => {
    for (const name of names) {
      const state = await starters.look(name);
      assert.equal(state.present, false);
      assert.equal(state.active, false);
      assert.ok(state.reason.length > 0, 'it does not say what is wrong');
      await starters.stop(name);
      await starters.remove(name);
    }
    assert.equal(await starters.answers(), false);
  },

  'defined, a starter is as it should be, and is so when it is defined again': async ({ starters }) => {
    for (const name of names) {
      await starters.define(name);
      isDefined(await starters.look(name));
      await starters.define(name);
      isDefined(await starters.look(name), 'defined twice');
    }
  },

  'started it is active and nothing is wrong with it, stopped it is not; each may be asked for twice':
    async ({ starters }) => {
      for (const name of names) {
        await starters.define(name);
        await starters.start(name);
        await starters.start(name);
        const running = await starters.look(name);
        isDefined(running);
        assert.equal(running.active, true);
        assert.equal(running.reason, '');
        await starters.stop(name);
        await starters.stop(name);
        const stopped = await starters.look(name);
        isDefined(stopped, 'stopped');
        assert.equal(stopped.active, false);
        assert.ok(stopped.reason.length > 0, 'it does not say that it is stopped');
      }
    },

  'the service answers while it runs, and not once it is stopped': async ({ starters }) => {
    await starters.define('service');
    assert.equal(await starters.answers(), false);
    await starters.start('service');
    assert.equal(await starters.answers(), true);
    await starters.stop('service');
    assert.equal(await starters.answers(), false);
  },

  'whatever is done to a starter is seen, its definition mends it, and a service that runs goes on': async (
    fixture,
    context,
  ) => {
    const { starters, damages } = fixture;
    if (damages.length === 0) return context.skip('nothing can be done to a starter here');
    for (const name of names) await starters.define(name);
    await starters.start('service');
    const first = await fixture.process?.();
    for (const { what, starter, act } of damages) {
      await act();
      const { present, asDefined, enabled, reason } = await starters.look(starter);
      assert.ok(!(present && asDefined && enabled), `${what}, and it is not seen`);
      assert.ok(reason.length > 0, `${what}, and it does not say what is wrong`);
      await starters.define(starter);
      isDefined(await starters.look(starter), what);
      assert.equal(await fixture.process?.(), first, what);
    }
    assert.equal(await starters.answers(), true);
  },

  'restarted, the service answers again, as another process': async ({ starters, clock, process }) => {
    await starters.define('service');
    await starters.start('service');
    const first = await process?.();
    await starters.restart();
    const anew = async () => {
      const another = process === undefined || (await process().catch(() => first)) !== first;
      return another && (await starters.answers());
    };
    await until(clock, anew, 'the service answers again');
    await starters.stop('service');
  },

  'a service that runs and answers nobody does not answer': async ({ starters, deafen }, context) => {
    if (deafen === undefined) return context.skip('no service here can be made deaf');
    await starters.define('service');
    await starters.start('service');
    assert.equal(await starters.answers(), true);
    const mend = await deafen();
    assert.equal(await starters.answers(), false);
    await mend();
    assert.equal(await starters.answers(), true);
    await starters.stop('service');
  },

  'removed it is gone, also while it runs, and can be defined anew': async ({ starters }) => {
    for (const name of names) {
      await starters.define(name);
      await starters.start(name);
      await starters.remove(name);
      const state = await starters.look(name);
      assert.equal(state.present, false);
      assert.equal(state.active, false);
      await starters.define(name);
      isDefined(await starters.look(name), 'defined anew');
    }
  },
};
