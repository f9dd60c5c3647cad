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
