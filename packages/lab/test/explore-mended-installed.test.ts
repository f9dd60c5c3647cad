/** Stories that explorations of installed clients have found, each with the mistake that it led to, as its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../src/explore/events.ts';
import { explore } from '../src/explore/explore.ts';

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

test('what a repair of a manifest left when the client was stopped in the midst of it waits for the next repair', async () => {
  const { finding } = await explore({
    seed: '6093',
    pollSeconds: 60,
    installed: true,
    horizonMs: 720_000,
    events: [
      { at: 24_028, share: 2, forMs: 234_480, kind: 'torn-answer', after: 'cut' },
      { at: 69_927, kind: 'disk-full', forMs: 407_538, leftBytes: 15_386 },
      { at: 106_418, kind: 'client-damage', file: 86, how: 'empty' },
      { at: 198_831, kind: 'client-kill', calls: 183, when: 'before' },
      { at: 408_248, kind: 'client-damage', file: 38, how: 'change' },
      { at: 417_169, kind: 'sleep', forMs: 3_718_659 },
      { at: 559_521, kind: 'set-up' },
    ],
  });
  assert.equal(finding, undefined);
});

test('a set-up that was killed while it left its reports to the client leaves nothing half written', async () => {
  const { finding } = await explore({
    seed: '6431',
    pollSeconds: 120,
    installed: true,
    horizonMs: 4_320_000,
    events: [
      { at: 130_090, share: 3, forMs: 77_020, kind: 'torn-answer', after: 'lost' },
      { at: 140_956, share: 4, forMs: 192_304, kind: 'too-many-requests', retryAfter: 6 },
      {
        at: 226_989,
        kind: 'deploy',
        item: 2,
        version: 2,
        draft: {
          intent: 'uninstall',
          purpose: 'available',
          availableInMs: null,
          deadlineInMs: null,
          gates: ['pending-restart'],
          registered: false,
          hasRepair: true,
          runSeconds: 11,
          maxRunMinutes: 3,
          outcomes: [
            { code: 1618, does: 'nothing' },
            { code: 1618, does: 'nothing' },
            { code: 1618, does: 'nothing' },
            { code: 1618, does: 'nothing' },
            { code: 1618, does: 'nothing' },
          ],
        },
      },
      {
        at: 445_437,
        kind: 'deploy',
        item: 0,
        version: 13,
        draft: {
          intent: 'install',
          purpose: 'required',
          availableInMs: 867_668,
          deadlineInMs: null,
          gates: ['pending-restart', 'disk-room'],
          registered: true,
          hasRepair: false,
          runSeconds: 17,
          maxRunMinutes: 2,
          outcomes: [
            { code: 79, does: 'some' },
            { code: 1603, does: 'some' },
            { code: 1601, does: 'some' },
            { code: 1601, does: 'nothing' },
            { code: 1618, does: 'some' },
            { code: 1625, does: 'all' },
            { code: 1707, does: 'all' },
            { code: 1603, does: 'nothing' },
          ],
        },
      },
      { at: 507_089, kind: 'set-up' },
      { at: 507_089, when: 'after', calls: 1252, kind: 'client-kill' },
      { at: 677_914, kind: 'tampered-answer', how: 'stale', share: 4, forMs: 202_074 },
      { at: 951_070, share: 4, forMs: 127_829, kind: 'partition' },
      { at: 1_075_361, kind: 'sleep', forMs: 38_953_075 },
      { at: 1_203_497, kind: 'withdraw', item: 2 },
      { at: 1_373_761, share: 4, forMs: 456_063, kind: 'torn-answer', after: 'cut' },
      { at: 1_424_824, kind: 'set-up' },
      { at: 1_424_824, when: 'before', calls: 1164, kind: 'client-kill' },
      { at: 1_525_304, kind: 'restart' },
    ],
  });
  assert.equal(finding, undefined);
});

test('what could not be mended is looked at again by the next version, too', async () => {
  const { finding } = await explore({
    seed: '7346',
    pollSeconds: 120,
    installed: true,
    horizonMs: 780_000,
    events: [
      {
        at: 0,
        kind: 'deploy',
        item: 0,
        version: 0,
        draft: {
          intent: 'install',
          purpose: 'required',
          availableInMs: null,
          deadlineInMs: null,
          gates: [],
          registered: true,
          hasRepair: false,
          runSeconds: 36,
          maxRunMinutes: 2,
          outcomes: [],
        },
      },
      { at: 45_449, kind: 'client-hang' },
      { at: 341_132, share: 4, forMs: 737_435, kind: 'too-many-requests', retryAfter: 56 },
      { at: 435_741, kind: 'damage', item: 0, how: 'content' },
      { at: 465_960, kind: 'client-damage', file: 87, how: 'change' },
      { at: 599_380, kind: 'damage', item: 0, how: 'unregister' },
      { at: 636_290, kind: 'client-upgrade', version: 2, behaviour: 'is healthy', raisesFloor: true },
      { at: 636_320, kind: 'restart' },
    ],
  });
  assert.equal(finding, undefined);
});
