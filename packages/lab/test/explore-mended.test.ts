/** Stories that explorations have found, each with the mistake in the client that they led to, as its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterSetback, emptyHistory, openJournal } from '@holdfast/engine';
import type { Draft, Plan } from '../src/explore/events.ts';
import { explore } from '../src/explore/explore.ts';
import { simulatedMachine } from '../src/machine/machine.ts';
import { inVirtualTime } from '../src/world/run.ts';

test('a commit after a failed sync on a full disk survives a power cut, and the journal is whole', async () => {
  for (const contents of ['lost', 'kept', 'random'] as const) {
    const machine = simulatedMachine(1, { folders: ['/state'] });
    const open = async () => {
      const folder = await machine.ports('test').disk.open('/state');
      const reduce = (state: string[], entry: string) => [...state, entry];
      return await openJournal<string[], string>({ folder, name: 'journal', initial: [], reduce });
    };
    const states = await inVirtualTime(machine.clock, async () => {
      const journal = await open();
      await journal.commit('first'.padEnd(500));
      machine.volume.fault = (operation) => (operation === 'sync' ? 'disk.failed' : undefined);
      await assert.rejects(journal.commit('second'));
      const { room } = machine.volume.root;
      const { capacity } = room;
      room.capacity = room.used + 100;
      await assert.rejects(journal.commit('third'));
      machine.volume.fault = () => undefined;
      const before = await journal.commit('fourth');
      machine.powerCut({ names: 'kept', contents });
      room.capacity = capacity;
      return [before, (await open()).state];
    });
    assert.deepEqual(states[1], states[0], contents);
  }
});

test('what waits for a restart waits on when detection could not look meanwhile', () => {
  const waiting = { ...emptyHistory, rebootAfter: 'this boot' };
  const entropy = { integer: () => 0 };
  assert.equal(afterSetback(waiting, 'undetectable', 'EIO', 0, entropy).rebootAfter, 'this boot');
  assert.equal(afterSetback(waiting, 'unverified', 'it is missing', 0, entropy).rebootAfter, null);
});

const plainDraft: Draft = {
  intent: 'install',
  purpose: 'required',
  availableInMs: null,
  deadlineInMs: null,
  gates: [],
  registered: false,
  hasRepair: false,
  runSeconds: 20,
  maxRunMinutes: 3,
  outcomes: [],
};

test('a program does not run before its time when the clock is set right while its content is fetched', async () => {
  const draft = { ...plainDraft, availableInMs: 906_382 };
  const { finding } = await explore({
    seed: '11500',
    pollSeconds: 60,
    horizonMs: 780_000,
    events: [
      { at: 0, kind: 'deploy', item: 0, version: 0, draft },
      { at: 230_043, share: 4, forMs: 779_821, kind: 'torn-answer', after: 'silence' },
      { at: 477_609, kind: 'clock-jump', ms: 504_698 },
    ],
  });
  assert.equal(finding, undefined);
});

test('a program that ended on a full disk is taken up once a minute, not every second', async () => {
  const plan: Plan = {
    seed: 'full disk',
    pollSeconds: 60,
    horizonMs: 600_000,
    events: [
      { at: 0, kind: 'deploy', item: 0, version: 0, draft: plainDraft },
      { at: 15_000, kind: 'disk-full', forMs: 500_000, leftBytes: 0 },
    ],
  };
  const { finding, calls } = await explore(plan);
  assert.equal(finding, undefined);
  assert.ok(calls < 6_000, `${calls} port calls`);
});

test('the end of a set-up that a web page has answered for the site is told again', async () => {
  const { finding } = await explore({
    seed: '73',
    pollSeconds: 60,
    installed: true,
    horizonMs: 3_120_000,
    events: [
      { at: 389_890, share: 2, forMs: 381_151, kind: 'html-page', status: '200' },
      { at: 411_812, kind: 'client-upgrade', version: 1, behaviour: 'is healthy', raisesFloor: false },
      { at: 653_557, kind: 'set-up' },
    ],
  });
  assert.equal(finding, undefined);
});

test('a version on trial whose start cannot be counted on a full disk is not started', async () => {
  const draft: Draft = {
    ...plainDraft,
    availableInMs: 221_807,
    gates: ['maintenance-window'],
    runSeconds: 3,
    maxRunMinutes: 1,
    outcomes: Array.from({ length: 7 }, () => ({ code: 78, does: 'some' })),
  };
  const { finding } = await explore({
    seed: '4037',
    pollSeconds: 180,
    installed: true,
    horizonMs: 1_800_000,
    events: [
      { at: 0, kind: 'deploy', item: 0, version: 0, draft },
      { at: 108_715, kind: 'disk-full', forMs: 593_142, leftBytes: 15_126 },
      { at: 356_533, kind: 'client-upgrade', version: 2, behaviour: 'dies at once', raisesFloor: false },
    ],
  });
  assert.equal(finding, undefined);
});

test('an upgrade whose turn was drawn by a clock that was days ahead is taken up once the clock is right', async () => {
  const { finding } = await explore({
    seed: '1942',
    pollSeconds: 120,
    installed: true,
    horizonMs: 3_240_000,
    events: [
      { at: 1_491_478, kind: 'clock-jump', ms: 342_726_516 },
      { at: 2_107_465, kind: 'power-cut', calls: 368, when: 'before', names: 'random', contents: 'random' },
      { at: 2_228_626, kind: 'client-damage', file: 4, how: 'change' },
      { at: 2_229_648, kind: 'sleep', forMs: 460_504 },
      { at: 2_773_093, kind: 'client-upgrade', version: 2, behaviour: 'is healthy', raisesFloor: false },
    ],
  });
  assert.equal(finding, undefined);
});

test('a seed that is damaged beneath the version that runs is mended', async () => {
  const { finding } = await explore({
    seed: '118',
    pollSeconds: 180,
    installed: true,
    horizonMs: 1_920_000,
    events: [
      { at: 89_430, kind: 'client-damage', file: 71, how: 'remove' },
      { at: 253_124, kind: 'client-upgrade', version: 1, behaviour: 'is healthy', raisesFloor: false },
    ],
  });
  assert.equal(finding, undefined);
});
