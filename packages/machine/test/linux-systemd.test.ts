/** What systemd and logind print, as it is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settledBy } from '../src/linux/boot.ts';
import { readinessOf, stateOf, unitOf } from '../src/linux/services.ts';
import { remoteSessions } from '../src/linux/sessions.ts';

test('sessions of logind count by what opened them, and not when they only close', () => {
  const session = (name: string, service: string, remote: string, state: string) =>
    `Name=${name}\nRemote=${remote}\nService=${service}\nState=${state}\n`;
  const shown = [
    session('ada', 'sshd', 'yes', 'active'),
    session('bob', 'gdm-password', 'no', 'active'),
    session('cyd', 'xrdp-sesman', 'no', 'online'),
    session('dan', 'sshd', 'yes', 'closing'),
    session('eve', 'remote', 'yes', 'active'),
  ].join('\n');
  assert.deepEqual(remoteSessions(shown), [
    { kind: 'ssh', user: 'ada' },
    { kind: 'remote-desktop', user: 'cyd' },
    { kind: 'remote-login', user: 'eve' },
  ]);
  assert.deepEqual(remoteSessions(''), []);
});

test('a unit is told as systemctl shows it', () => {
  const unit = (active: string, sub: string, rest = '') =>
    unitOf(`LoadState=loaded\nActiveState=${active}\nSubState=${sub}\n${rest}`);
  const told = (found: ReturnType<typeof unitOf>) => {
    const readiness = readinessOf('web', found);
    return [found && stateOf(found), readiness.ready ? 'ready' : readiness.reason];
  };
  assert.deepEqual(told(unit('active', 'running')), ['running', 'ready']);
  assert.deepEqual(told(unit('reloading', 'reload')), ['running', 'ready']);
  assert.deepEqual(told(unit('activating', 'start-pre')), [
    'start-pending',
    'the service web is activating (start-pre)',
  ]);
  assert.deepEqual(told(unit('deactivating', 'stop-sigterm'))[0], 'stop-pending');
  assert.deepEqual(told(unit('failed', 'failed', 'Result=exit-code\n')), [
    'stopped',
    'the service web is failed',
  ]);
  assert.deepEqual(told(unit('active', 'running', 'FreezerState=frozen\n')), [
    'paused',
    'the service web is frozen',
  ]);
  assert.deepEqual(told(unitOf('LoadState=not-found\nActiveState=inactive\nSubState=dead\n')), [
    undefined,
    'there is no service web',
  ]);
});

test('a start that has ended is settled, whatever failed in it; one that goes on, or a stop, is not', () => {
  const ready = (state: string) => settledBy(state).ready;
  assert.deepEqual(['running', 'degraded'].map(ready), [true, true]);
  assert.deepEqual(
    ['initializing', 'starting', 'maintenance', 'stopping', 'unknown', ''].map(ready),
    Array(6).fill(false),
  );
});
