/** Versions beside one another: what is started, what a blessing needs, what a guard sees, and what a way back brings back. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { HoldfastError, seal, trialMs, trialStarts, usualTrialSeconds } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { localDisk } from '@holdfast/machine';
import type { Folder } from '@holdfast/ports';
import { initialState } from '../src/state.ts';
import { guardTrial, type SiteAnswer, type Watched } from '../src/versions/guard.ts';
import { hungMs, mostMemory, type Sight } from '../src/versions/judge.ts';
import {
  makeVersions,
  readCurrent,
  readFloor,
  readTrial,
  readVerdict,
  type Trial,
  type Verdict,
  withVersions,
  writeBlessing,
  writeCurrent,
  writeTrial,
  writeVerdict,
} from '../src/versions/record.ts';
import { fittingArchive, nextVersion } from '../src/versions/route.ts';
import { save, savedContact } from '../src/versions/saved.ts';
import { endedInOrder, nextStart } from '../src/versions/trial.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const policyKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const upgradeId = '11111111-1111-4111-8111-111111111111';
const clientId = '22222222-2222-4222-8222-222222222222';
const disk = localDisk();
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const trial: Trial = {
  upgradeId,
  clientId,
  policyKey,
  version: '0.2.0',
  previous: 'seed',
  previousVersion: '0.1.0',
  floor: '0.1.5',
  begunAt: 1,
  bootId: 'first',
  leastMs: usualTrialSeconds * 1000,
  needsRestart: false,
  starts: 0,
  spentMs: 0,
  ends: [],
};

const verdict: Verdict = {
  upgradeId,
  version: '0.2.0',
  previousVersion: '0.1.0',
  starts: 1,
  cause: 'hung',
  reason: 'its loop stood still',
  at: 4,
};

const savedState = {
  ...initialState(upgradeId),
  trust: { siteCode: 'HF1', policyKey, authorities: ['-'], issuedAt: 1 },
  identity: { clientId, keyFile: 'k.key', certificate: '-', issuedAt: 1, expiresAt: 2 },
};

/** A state folder with a version on trial, switched to. */
async function onTrial<Result>(
  use: (state: Folder, path: string) => Promise<Result>,
  change: Partial<Trial> = {},
): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-versions-'));
  folders.push(path);
  mkdirSync(join(path, 'keys'));
  const copy = {
    trust: { siteCode: 'HF1', policyKey, authorities: ['-'], issuedAt: 1 },
    identity: { clientId, keyFile: 'k.key', certificate: '-', issuedAt: 1, expiresAt: 2 },
  };
  writeFileSync(join(path, 'keys/identity.json'), JSON.stringify(copy));
  writeFileSync(join(path, 'client.journal'), '');
  return await withOpen(disk.open(path), async (state) => {
    await makeVersions(state, (versions) => writeTrial(versions, { ...trial, ...change }));
    await writeCurrent(state, '0.2.0');
    return await use(state, path);
  });
}

const starting = { now: () => 5, damage: async () => undefined };
const blessingOf = (change: Record<string, unknown> = {}, key = privateKey) =>
  seal(
    'holdfast/version-blessing',
    JSON.stringify({ clientId, upgradeId, version: '0.2.0', at: 3, ...change }),
    key,
  );

describe('what the launcher starts', () => {
  it('is the version on trial as often as it may be tried, and then the one before it, with the reason kept', () =>
    onTrial(async (state) => {
      for (let start = 1; start <= trialStarts; start += 1) {
        const next = await nextStart(state, starting);
        assert.equal(next.version, '0.2.0');
        assert.equal(next.trial?.starts, start);
      }
      assert.deepEqual(await nextStart(state, starting), { version: 'seed', trial: null });
      assert.equal(await readCurrent(state), 'seed');
      const verdict = await withVersions(state, readVerdict);
      assert.equal(verdict?.cause, 'died');
      assert.equal(verdict?.starts, trialStarts);
      assert.equal(await withVersions(state, readTrial), undefined);
    }));

  it('is the version before at once where the one on trial is damaged', () =>
    onTrial(async (state) => {
      const next = await nextStart(state, { ...starting, damage: async () => 'core is missing' });
      assert.equal(next.version, 'seed');
      const verdict = await withVersions(state, readVerdict);
      assert.deepEqual([verdict?.cause, verdict?.reason], ['damaged', 'core is missing']);
    }));

  it('does not count a start that ended because it was asked to', () =>
    onTrial(async (state) => {
      for (let start = 0; start < trialStarts * 3; start += 1) {
        const next = await nextStart(state, starting);
        assert.equal(next.version, '0.2.0');
        if (next.trial) await endedInOrder(state, next.trial);
      }
      assert.equal((await withVersions(state, readTrial))?.starts, 0);
    }));

  it('is what was current where a switch was cut off, and the trial is forgotten', () =>
    onTrial(async (state) => {
      await writeCurrent(state, 'seed');
      assert.deepEqual(await nextStart(state, starting), { version: 'seed', trial: null });
      assert.equal(await withVersions(state, readTrial), undefined);
      assert.equal(await withVersions(state, readVerdict), undefined);
    }));

  it('is the version before where a verdict was written, wherever that was cut off', async () => {
    for (const named of ['0.2.0', 'seed'] as const) {
      await onTrial(async (state) => {
        await withVersions(state, (versions) => writeVerdict(versions, verdict));
        await writeCurrent(state, named);
        assert.deepEqual(await nextStart(state, starting), { version: 'seed', trial: null });
        assert.equal(await readCurrent(state), 'seed');
        assert.equal(await withVersions(state, readTrial), undefined);
        assert.deepEqual(await withVersions(state, readVerdict), verdict);
      });
    }
  });

  it('finds keys and settings as they were saved, whatever the version has made of them', () =>
    onTrial(async (state, path) => {
      const settings = JSON.stringify({ site: 'https://site.example', root: '/' });
      writeFileSync(join(path, 'keys/k.key'), 'a key');
      writeFileSync(join(path, 'settings.json'), settings);
      await withVersions(state, (versions) => save(state, versions, savedState));
      assert.equal((await savedContact(state))?.tls.privateKey, 'a key');
      writeFileSync(join(path, 'keys/k.key'), 'no key');
      writeFileSync(join(path, 'settings.json'), '{');
      assert.equal((await savedContact(state))?.site, 'https://site.example');
      await withVersions(state, (versions) => writeVerdict(versions, verdict));
      await nextStart(state, starting);
      assert.equal(readFileSync(join(path, 'keys/k.key'), 'utf8'), 'a key');
      assert.equal(readFileSync(join(path, 'settings.json'), 'utf8'), settings);
    }));

  it('is the version before where the file that names the version is damaged', () =>
    onTrial(async (state, path) => {
      writeFileSync(join(path, 'current'), '../../etc\n');
      assert.equal((await nextStart(state, starting)).version, 'seed');
      assert.equal((await withVersions(state, readVerdict))?.cause, 'damaged');
    }));
});

/**
 * A machine whose time passes by sleeping, and a version as a guard sees it.
 * @param slept milliseconds that the machine has slept until then
 */
function watching(
  change: (time: number) => Partial<Omit<Sight, 'atMs' | 'nowMs'>> = () => ({}),
  answers: readonly SiteAnswer[] = ['answers'],
  slept: (time: number) => number = () => 0,
) {
  let time = 0;
  let beats = 0;
  let asked = 0;
  let ended = 0;
  const over = new AbortController();
  const watched: Watched = {
    sight: () => {
      beats += 1;
      return {
        beats,
        memory: 60 << 20,
        processorMs: time * 0.01,
        activeMs: time * 0.02,
        clockAheadMs: 0,
        ...change(time),
      };
    },
    site: async () => {
      asked += 1;
      return answers[(asked - 1) % answers.length] ?? 'away';
    },
    end: async () => {
      ended += 1;
    },
  };
  const ports = {
    disk,
    boot: { id: async () => 'first', awake: async () => time },
    clock: {
      now: () => time + slept(time),
      monotonic: () => time,
      sleep: async (ms: number, signal?: AbortSignal) => {
        time += ms;
        if (time > 60 * 60_000) over.abort();
        signal?.throwIfAborted();
      },
    },
  };
  return {
    guard: (path: string) =>
      guardTrial(ports, watched, { stateFolder: path, signal: over.signal, log: () => undefined }),
    time: () => time,
    ended: () => ended,
  };
}

describe('the guard of a trial', () => {
  it('ends it well with the blessing of the site, and raises the floor', () =>
    onTrial(async (state, path) => {
      await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
      assert.equal(await watching().guard(path), 'blessed');
      assert.equal(await withVersions(state, readTrial), undefined);
      assert.equal(await readCurrent(state), '0.2.0');
      assert.equal(await withVersions(state, readFloor), '0.1.5');
    }));

  for (const [what, envelope] of [
    ['another client', blessingOf({ clientId: upgradeId })],
    ['another upgrade', blessingOf({ upgradeId: clientId })],
    ['another version', blessingOf({ version: '0.3.0' })],
    ['another key', blessingOf({}, generateKeyPairSync('ed25519').privateKey)],
    ['another form', { blessing: 'yes' }],
  ] as const) {
    it(`believes no blessing that is of ${what}`, () =>
      onTrial(async (state, path) => {
        await withVersions(state, (versions) => writeBlessing(versions, envelope));
        const seen = watching();
        assert.equal(await seen.guard(path), 'given-up');
        assert.equal((await withVersions(state, readVerdict))?.cause, 'no-proof');
      }));
  }

  it('gives up a version that proves nothing while the site answers, within its time', () =>
    onTrial(async (state, path) => {
      const seen = watching();
      assert.equal(await seen.guard(path), 'given-up');
      assert.equal(seen.ended(), 1);
      const limit = trialMs + usualTrialSeconds * 1000;
      assert.ok(seen.time() >= limit && seen.time() < limit + 60_000, `${seen.time()} ms`);
      assert.equal(await readCurrent(state), 'seed');
    }));

  for (const answer of ['busy', 'away'] as const) {
    it(`does not hold it against a version that the site is ${answer}`, () =>
      onTrial(async (state, path) => {
        assert.equal(await watching(undefined, [answer]).guard(path), 'stopped');
        assert.equal((await withVersions(state, readTrial))?.spentMs, 0);
      }));
  }

  const minute = 60_000;
  const faults: readonly [
    what: string,
    cause: string,
    change: (time: number) => Partial<Sight>,
    limit: number,
  ][] = [
    ['whose loop stands still', 'hung', () => ({ beats: 7 }), hungMs + 10_000],
    ['that takes too much memory', 'memory', () => ({ memory: mostMemory + 1 }), 10_000],
    ['that leaks', 'memory', (time) => ({ memory: (60 << 20) + (time / minute) * (50 << 20) }), 3.5 * minute],
    ['that keeps the processor busy', 'busy', (time) => ({ processorMs: time * 0.95 }), 3.5 * minute],
    [
      'that would if the machine were not so busy',
      'busy',
      (time) => ({ processorMs: time * 0.2, activeMs: time * 0.99 }),
      3.5 * minute,
    ],
    ['whose clock is far off', 'clock', () => ({ clockAheadMs: 3600_000 }), 10_000],
  ];
  for (const [what, cause, change, limit] of faults) {
    it(`gives up a version ${what}`, () =>
      onTrial(async (state, path) => {
        await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
        const seen = watching(change);
        assert.equal(await seen.guard(path), 'given-up');
        assert.equal((await withVersions(state, readVerdict))?.cause, cause);
        assert.ok(seen.time() < limit, `${cause}: ${seen.time()} ms`);
      }));
  }

  for (const [when, atMs] of [
    ['in the middle of its trial', 9_500],
    ['before its guard looked first', 0],
  ] as const) {
    it(`lets a version go on that turned last before the machine slept, ${when}`, () =>
      onTrial(async (state, path) => {
        await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
        const slept = (time: number) => (time >= atMs ? 26 * 60 * minute : 0);
        // It looks at its clock each second, and the guard every other one.
        const change = (time: number) => ({ clockAheadMs: slept(time - 1_000) - slept(time) });
        const seen = watching(change, ['answers'], slept);
        assert.equal(await seen.guard(path), 'blessed');
        assert.ok(seen.time() > 12_000, 'it was over before');
      }));
  }

  it('lets a version that grows and works hard while it starts go on', () =>
    onTrial(async (state, path) => {
      await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
      const hard = (time: number) => ({
        memory: (60 << 20) + Math.min(time, minute) * 2_000,
        processorMs: Math.min(time, minute),
        activeMs: Math.min(time, minute),
      });
      assert.equal(await watching(hard).guard(path), 'blessed');
    }));

  it('gives up a version that has lost who the client is', () =>
    onTrial(async (state, path) => {
      rmSync(join(path, 'keys'), { recursive: true });
      assert.equal(await watching().guard(path), 'given-up');
      assert.equal((await withVersions(state, readVerdict))?.cause, 'state-lost');
    }));

  it('does not give up a version that has proved itself, however much of its time earlier starts have spent', () =>
    onTrial(
      async (state, path) => {
        await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
        assert.equal(await watching().guard(path), 'blessed');
      },
      { leastMs: 180_000, spentMs: 180_000 + trialMs - 30_000 },
    ));

  it('waits for the next start of the machine where the version needs one', () =>
    onTrial(
      async (state, path) => {
        await withVersions(state, (versions) => writeBlessing(versions, blessingOf()));
        assert.equal(await watching(undefined, ['busy']).guard(path), 'stopped');
        assert.ok(await withVersions(state, readTrial));
        await withVersions(state, (versions) =>
          writeTrial(versions, { ...trial, needsRestart: true, bootId: 'the one before' }),
        );
        assert.equal(await watching().guard(path), 'blessed');
      },
      { needsRestart: true },
    ));
});

describe('the way to a version', () => {
  const stones = [
    { below: '0.5.0', via: '0.5.0' },
    { below: '0.3.0', via: '0.3.0' },
  ];

  it('goes over the stepping stones that are still before it, the lowest first', () => {
    const release = { steppingStones: stones };
    const order = { action: 'upgrade', version: '0.9.0' } as const;
    assert.equal(nextVersion(order, release, '0.1.0', '0.0.0'), '0.3.0');
    assert.equal(nextVersion(order, release, '0.3.0', '0.0.0'), '0.5.0');
    assert.equal(nextVersion(order, release, '0.5.0', '0.0.0'), '0.9.0');
    assert.equal(nextVersion({ ...order, version: '0.4.0' }, release, '0.1.0', '0.0.0'), '0.3.0');
  });

  it('leads down only where a rollback is ordered, and never below the floor', () => {
    const down = { action: 'rollback', version: '0.1.0' } as const;
    assert.equal(nextVersion(down, {}, '0.2.0', '0.1.0'), '0.1.0');
    const floor = (thrown: unknown) => thrown instanceof HoldfastError && thrown.code === 'release.floor';
    assert.throws(() => nextVersion({ ...down, action: 'upgrade' }, {}, '0.2.0', '0.0.0'), floor);
    assert.throws(() => nextVersion(down, {}, '0.2.0', '0.1.1'), floor);
  });

  it('is not taken with a runtime that the version cannot use', () => {
    const archive = {
      platform: 'linux',
      architecture: 'x64',
      name: 'v.tar.gz',
      size: 1,
      sha256: '0'.repeat(64),
      needs: { launcher: 2, node: 22 },
    } as const;
    const release = { version: '0.2.0', floor: '0.0.0', releasedAt: 1, packages: [], archives: [archive] };
    const system = { platform: 'linux', architecture: 'x64' };
    assert.equal(fittingArchive(release, system, { launcher: 2, node: 22 }), archive);
    const missing = (thrown: unknown) => thrown instanceof HoldfastError && thrown.code === 'release.missing';
    assert.throws(() => fittingArchive(release, system, { launcher: 1, node: 22 }), missing);
    assert.throws(() => fittingArchive(release, system, { launcher: 2, node: 24 }), missing);
    assert.throws(
      () => fittingArchive(release, { ...system, architecture: 'arm64' }, { launcher: 2, node: 22 }),
      missing,
    );
  });
});
