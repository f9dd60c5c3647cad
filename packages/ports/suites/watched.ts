/** What every port that tells of changes promises of its watch. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Clock, Watch } from '../src/index.ts';

/** Milliseconds between two looks at something that is to come. */
const lookMs = 20;
/** Looks before it is given up. */
const patience = 500;

/** Resolves when it holds. It waits through a clock, as everything here does. */
export async function until(
  clock: Pick<Clock, 'sleep'>,
  holds: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  for (let look = 0; look < patience; look += 1) {
    if (await holds()) return;
    await clock.sleep(lookMs);
  }
  assert.fail(`${what}: not within ${(patience * lookMs) / 1000} s`);
}

/** Those who watch are told of a change, and those who left are not. Skipped where the port tells nothing. */
export async function toldOf(
  change: () => Promise<unknown>,
  { watch }: { readonly watch?: Watch },
  clock: Pick<Clock, 'sleep'>,
  context: TestContext,
): Promise<void> {
  if (watch === undefined) {
    context.skip('this system tells nothing; it is looked at again instead');
    return;
  }
  let [told, toldAfterLeaving] = [0, 0];
  const leave = watch(() => {
    told += 1;
  });
  watch(() => {
    toldAfterLeaving += 1;
  })();
  try {
    await change();
    await until(clock, () => told > 0, 'told of the change');
    assert.equal(toldAfterLeaving, 0);
  } finally {
    leave();
  }
}
