/** Why a deployment stands where it stands: from status messages to a story. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StatusName, type StatusRow, statusCode, statusEntry, statusText } from '@holdfast/contract';
import { storyOf } from '../src/why/story.ts';

const deploymentId = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
const start = Date.UTC(2026, 2, 2);
const deployment = { deploymentId, packageName: 'Drivers', packageVersion: '2.0', text: '' };

type Said = readonly [name: StatusName, details?: StatusRow['details'], about?: string | null];

/** Messages a minute apart, newest first. */
function rows(...said: readonly Said[]): readonly StatusRow[] {
  return said
    .map(([name, details = {}, about = deploymentId], index): StatusRow => {
      const code = statusCode(name);
      return {
        id: index + 1,
        clientId: deploymentId,
        hostName: 'web-01',
        seq: index + 1,
        at: start + index * 60_000,
        receivedAt: start,
        code,
        name,
        severity: statusEntry(code)?.severity ?? 'error',
        deploymentId: about,
        text: statusText({ code, details }),
        details,
      };
    })
    .reverse();
}

const names = (story: { messages: readonly { name: string | null }[] }) =>
  story.messages.map(({ name }) => name);

test('what waits at a gate says at which, since when and with what number', () => {
  const details = { package: 'Drivers 2.0', gate: 'file-protection', reason: 'Win32 21 (it is not ready)' };
  const since = start + 3 * 60_000;
  const story = storyOf(
    { ...deployment, state: 'waiting' },
    rows(
      ['software-verified', { package: 'Drivers 1.0' }],
      ['deployment-received', { package: 'Drivers 2.0' }],
      ['waiting-at-gate', { ...details, since, win32: 21 }],
    ),
  );
  assert.equal(story.because, 'waiting for file-protection since 00:03: Win32 21 (it is not ready)');
  assert.deepEqual(names(story), ['deployment-received', 'waiting-at-gate']);
  assert.deepEqual(
    story.messages.map(({ cause }) => cause),
    [false, true],
  );
  assert.equal(story.attempts, 0);
});

test('failed attempts are counted, the same message is told once, and the next try has its time', () => {
  const failed = { action: 'Installation', package: 'Drivers 2.0', reason: 'exit code 1618', seconds: 90 };
  const story = storyOf(
    { ...deployment, state: 'waiting' },
    rows(
      ['program-started'],
      ['attempt-failed', failed],
      ['attempt-failed', failed],
      ['disk-full', { reason: 'no room' }, null],
      ['program-started'],
      ['attempt-failed', failed],
    ),
  );
  assert.equal(story.attempts, 2);
  assert.equal(story.messages[1]?.times, 2);
  assert.match(story.next, /2026-03-02T00:06:30/);
  assert.ok(names(story).includes('disk-full'), 'trouble of the client itself is part of the story');
});

test('what is well tells how it came to be; what was never reported says so', () => {
  const story = storyOf(
    { ...deployment, state: 'succeeded' },
    rows(['software-verified'], ['software-broken'], ['program-started'], ['software-repaired']),
  );
  assert.deepEqual(names(story), ['software-broken', 'program-started', 'software-repaired']);
  const silent = storyOf({ ...deployment, state: 'waiting' }, []);
  assert.equal(silent.because, 'the client has reported nothing of it yet');
  assert.equal(silent.since, null);
});
