/** What systemd shows of the client's service, and what it is told, without a systemd. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersManager, microseconds } from '../src/linux/starters.ts';
import { socketAddress, systemdSupervisor } from '../src/linux/supervisor.ts';

const running = {
  ActiveState: 'active',
  SubState: 'running',
  WatchdogUSec: '3min',
  WatchdogTimestampMonotonic: '1000000',
};
const answers = (change: Record<string, string>, nowUs = 1_000_000) =>
  answersManager(new Map(Object.entries({ ...running, ...change })), nowUs);

test('a service answers within the time in which it owes a sign of life', () => {
  assert.equal(answers({}, 181_000_000), true);
  assert.equal(answers({}, 181_000_001), false);
});

test('a service that nobody watches answers by running', () => {
  assert.equal(answers({ WatchdogUSec: 'infinity' }, 1e15), true);
  assert.equal(answers({ WatchdogUSec: '0' }, 1e15), true);
  assert.equal(answers({ WatchdogTimestampMonotonic: '0' }, 1e15), true);
});

test('what does not run, or is frozen, does not answer', () => {
  assert.equal(answers({ ActiveState: 'activating', SubState: 'auto-restart' }), false);
  assert.equal(answers({ SubState: 'stop-sigterm' }), false);
  assert.equal(answers({ FreezerState: 'frozen' }), false);
});

test('time spans are read as systemd shows them', () => {
  assert.equal(microseconds('1min 30s'), 90_000_000);
  assert.equal(microseconds('1.5s'), 1_500_000);
  assert.equal(microseconds('1d 2h 3ms 4us'), 93_600_003_004);
  for (const none of ['', '0', 'infinity', 'never']) assert.equal(microseconds(none), undefined);
});

function supervised(environment: Record<string, string>) {
  const sent: string[] = [];
  const left: Record<string, string | undefined> = { ...environment };
  const supervisor = systemdSupervisor(left, () => (message) => void sent.push(message));
  return { supervisor, sent, left };
}

test('systemd is told as it asked to be, and no program of ours hears where', () => {
  const { supervisor, sent, left } = supervised({
    NOTIFY_SOCKET: '/run/systemd/notify',
    WATCHDOG_USEC: '180000000',
    WATCHDOG_PID: String(process.pid),
    PATH: '/bin',
  });
  assert.equal(supervisor?.patienceMs, 180_000);
  supervisor.ready();
  supervisor.alive();
  supervisor.status('one\nREADY=0');
  supervisor.stopping();
  assert.deepEqual(sent, ['READY=1', 'WATCHDOG=1', 'STATUS=one READY=0', 'STOPPING=1']);
  assert.deepEqual(left, { PATH: '/bin' });
});

test("another process's watchdog is none of ours", () => {
  const socket = { NOTIFY_SOCKET: '@abstract', WATCHDOG_USEC: '1000000' };
  assert.equal(supervised({ ...socket, WATCHDOG_PID: '1' }).supervisor?.patienceMs, null);
  assert.equal(supervised(socket).supervisor?.patienceMs, 1_000);
  assert.equal(supervised({ ...socket, WATCHDOG_USEC: 'x' }).supervisor?.patienceMs, null);
});

test('where nobody watches there is no supervisor', () => {
  assert.equal(supervised({}).supervisor, undefined);
  assert.equal(supervised({ NOTIFY_SOCKET: 'vsock:2:1234' }).supervisor, undefined);
});

test('the address of a socket is a path with its end, or an abstract name without', () => {
  assert.deepEqual([...socketAddress('/a')], [1, 0, 0x2f, 0x61, 0]);
  assert.deepEqual([...socketAddress('@a')], [1, 0, 0, 0x61]);
  assert.throws(() => socketAddress(`/${'a'.repeat(107)}`));
});
