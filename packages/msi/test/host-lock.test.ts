/** One installer at a time, and none in the way that has ended. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { powerCuts } from '@holdfast/lab';
import { rejectsWith } from '@holdfast/ports/suites';
import { type Installer, lockRoot } from '../src/host/lock.ts';
import { simulatedRoot, testEntropy, worlds } from './support/hosts.ts';

/** Installers by their process numbers, of which some run. */
function installers(running: Set<number>): (pid: number) => Installer {
  return (pid) => ({
    identity: { pid, started: `start ${pid}`, bootId: 'a boot' },
    alive: async (other) => {
      assert.equal(other.started, `start ${other.pid}`);
      return running.has(other.pid);
    },
  });
}

for (const [world, make] of Object.entries(worlds)) {
  describe(`the lock of a root on ${world}`, () => {
    it('is held by one, until it is given back', async (test) => {
      const root = await make(test);
      const by = installers(new Set([1, 2]));
      const [first, second] = [await root.open({ installer: by(1) }), await root.open({ installer: by(2) })];
      const lock = await first.lock();
      await rejectsWith(second.lock(), 'installer.running');
      await rejectsWith(first.lock(), 'installer.running');
      await lock.release();
      await lock.release();
      const other = await second.lock();
      await lock.release();
      await rejectsWith(first.lock(), 'installer.running');
      await other.release();
    });

    it('is taken over from one that has ended', async (test) => {
      const root = await make(test);
      const running = new Set([1, 2]);
      const by = installers(running);
      const left = await (await root.open({ installer: by(1) })).lock();
      running.delete(1);
      const lock = await (await root.open({ installer: by(2) })).lock();
      // The one that was taken for ended gives back nothing that is not its own.
      await left.release();
      await rejectsWith((await root.open({ installer: by(1) })).lock(), 'installer.running');
      await lock.release();
    });

    it('goes to exactly one of many who ask at once, be it free, new or left behind', async (test) => {
      const root = await make(test);
      const running = new Set<number>();
      const by = installers(running);
      const entropy = testEntropy();
      for (let round = 0; round < 10; round += 1) {
        const pids = [1, 2, 3, 4, 5].map((one) => round * 10 + one);
        running.clear();
        for (const pid of pids) running.add(pid);
        const asked = pids.map((pid) => lockRoot(root.disk, root.path, by(pid), entropy));
        const outcomes = await Promise.allSettled(asked);
        const held = outcomes.filter((one) => one.status === 'fulfilled');
        assert.equal(held.length, 1, `round ${round}`);
        for (const one of outcomes) {
          assert.ok(one.status === 'fulfilled' || isHoldfastError(one.reason, 'installer.running'));
        }
        // In every other round it ends without giving it back.
        if (round % 2 === 1) await held[0]?.value.release();
      }
    });
  });
}

it('the lock of a root is free after a power cut at any call', async () => {
  for (const way of powerCuts) {
    for (let call = 1; ; call += 1) {
      const root = await simulatedRoot();
      const { machine, path } = root;
      const cut = Promise.withResolvers<'cut'>();
      machine.stopAt({
        call: machine.callCount() + call,
        when: way.when,
        action: () => {
          machine.powerCut(way.damage === 'kill' ? { names: 'kept', contents: 'kept' } : way.damage);
          cut.resolve('cut');
        },
      });
      const { disk } = machine.ports('installer');
      const first = installers(new Set([1]))(1);
      const whole = (async () => {
        const lock = await lockRoot(disk, path, first, testEntropy());
        await lock.release();
        return 'whole' as const;
      })();
      const how = await Promise.race([whole, cut.promise]);
      machine.stopAt(undefined);
      const later = machine.ports('later').disk;
      await (
        await lockRoot(later, path, installers(new Set([2]))(2), machine.ports('later').entropy)
      ).release();
      if (how === 'whole') break;
    }
  }
});
