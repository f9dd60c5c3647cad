/** Carrying a step out: what is journalled when, and what decides. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExitMeaning, HoldfastError } from '@holdfast/contract';
import type { Clock, Exit, Processes } from '@holdfast/ports';
import { carryOut, recover, type Step, type StepEnd, type StepRecorder } from '../src/index.ts';
import { judge } from '../src/run.ts';

/** Milliseconds: longer than the program of these tests may run. */
const late = 1001;

const mark = '6f1c2b9e-0000-4000-8000-000000000001';
const identity = { pid: 7, started: '1', bootId: 'boot' };
const command = { program: 'setup', arguments: [], folder: '/' };
const absent = { present: false, reason: 'it is missing' };
const present = { present: true, reason: 'it is there' };

/** A clock whose sleepers wake only by abort, unless time is up at once. */
const clock = (timeIsUp = false): Clock => ({
  now: () => 1000,
  monotonic: () => 0,
  sleep: (_, signal) =>
    new Promise((resolve, reject) => {
      if (timeIsUp) resolve();
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
});

function stage(exit: Partial<Exit> = {}, { seen = present, timeIsUp = false } = {}) {
  const happened: string[] = [];
  const ended = Promise.withResolvers<Exit>();
  const processes: Processes = {
    start: async (started) => {
      assert.equal(started.mark, mark);
      happened.push('start');
      return {
        identity,
        exit: ended.promise,
        kill: async () => {
          happened.push('kill');
          ended.resolve({ code: null, output: '' });
        },
      };
    },
    alive: async () => true,
    find: async () => undefined,
    end: async (program) => void happened.push(`end ${program.identity.pid}`),
  };
  const ports = { clock: clock(timeIsUp), processes, entropy: { uuid: () => mark } };
  const recorder: StepRecorder = {
    starting: async (given) => {
      assert.equal(given, mark);
      happened.push('starting');
    },
    started: async () => {
      happened.push('started');
      if (exit.code !== undefined) ended.resolve({ code: exit.code, output: exit.output ?? '' });
    },
    ended: async (end) => void happened.push(`ended ${end.kind === 'exited' ? end.meaning : end.kind}`),
  };
  const step: Step = {
    intent: 'install',
    command,
    exitCodes: [],
    maxRunMs: 1000,
    gates: [],
    detect: async () => {
      happened.push('detect');
      return seen;
    },
  };
  return { happened, ports, recorder, step };
}

test('a step is journalled before it starts, when it runs and when it ends; then detection decides', async () => {
  const { happened, ports, recorder, step } = stage({ code: 0 });
  const verdict = await carryOut(ports, step, recorder);
  assert.equal(verdict.kind, 'reached');
  assert.deepEqual(happened, ['starting', 'start', 'started', 'ended success', 'detect']);
});

test('a closed gate is answered with its reason before anything is journalled or run', async () => {
  const { happened, ports, recorder, step } = stage({ code: 0 });
  const gates = [
    { name: 'open', check: async () => ({ open: true }) as const },
    { name: 'shut', check: async () => ({ open: false, reason: 'not now' }) as const },
  ];
  const verdict = await carryOut(ports, { ...step, gates }, recorder);
  assert.deepEqual(verdict, { kind: 'gate-closed', gate: 'shut', reason: 'not now', evidence: {} });
  assert.deepEqual(happened, []);
});

test('exit code 0 counts only after the restart while files of the software wait for it', async () => {
  for (const seen of [present, absent]) {
    const { ports, recorder, step } = stage({ code: 0 }, { seen });
    const reason = 'app.exe is removed at the next restart';
    let checks = 0;
    const check = async () => {
      checks += 1;
      return { open: false, reason } as const;
    };
    const lasting = [{ name: 'pending-reboot', check }];
    const verdict = await carryOut(ports, { ...step, lasting }, recorder);
    assert.deepEqual(verdict, { kind: 'restart-needed', reason });
    const end: StepEnd = { kind: 'exited', code: 0, meaning: 'success', output: '' };
    const unfinished = { mark, identity, end };
    assert.deepEqual(await recover(ports, { ...step, lasting }, unfinished, recorder, 0), verdict);
    assert.equal(checks, 2);
  }
});

test('a program that failed is not taken for one that waits for a restart', async () => {
  const { ports, recorder, step } = stage({ code: 1 }, { seen: absent });
  const check = async () => ({ open: false, reason: 'app.exe is removed at the next restart' }) as const;
  const lasting = [{ name: 'pending-reboot', check }];
  assert.equal((await carryOut(ports, { ...step, lasting }, recorder)).kind, 'setback');
});

test('a program that runs too long is ended and its step has failed', async () => {
  const { happened, ports, recorder, step } = stage({}, { timeIsUp: true });
  const verdict = await carryOut(ports, step, recorder);
  assert.equal(verdict.kind === 'setback' && verdict.setback, 'failed');
  assert.deepEqual(happened, ['starting', 'start', 'started', 'kill', 'ended timed-out', 'detect']);
});

test('a program that is not there is a failure with its reason, not a fault', async () => {
  const { ports, recorder, step } = stage({}, { seen: absent });
  const start = async () => {
    throw new HoldfastError('process.not-found', 'There is no setup.');
  };
  const processes = { ...ports.processes, start };
  const verdict = await carryOut({ ...ports, processes }, step, recorder);
  assert.deepEqual(verdict, { kind: 'setback', setback: 'failed', reason: 'There is no setup.' });
});

test('an aborted wait leaves the program running and says nothing of its end', async () => {
  const { happened, ports, recorder, step } = stage();
  const stop = new AbortController();
  const started = async () => stop.abort();
  const running = carryOut(ports, step, { ...recorder, started }, stop.signal);
  await assert.rejects(running, { name: 'AbortError' });
  assert.deepEqual(happened, ['starting', 'start']);
});

test('after a crash: what still runs is left, what is gone is decided by detection, what ended is judged', async () => {
  const { happened, ports, recorder, step } = stage({}, { seen: absent });
  const unfinished = { mark, identity, end: null };
  assert.deepEqual(await recover(ports, step, unfinished, recorder, 0), { kind: 'running' });
  const gone = { ...ports, processes: { ...ports.processes, alive: async () => false } };
  const interrupted = await recover(gone, step, unfinished, recorder, 0);
  assert.equal(interrupted.kind === 'setback' && interrupted.setback, 'interrupted');
  const unknown = await recover(ports, step, { ...unfinished, identity: null }, recorder, 0);
  assert.equal(unknown.kind === 'setback' && unknown.setback, 'interrupted');
  const end: StepEnd = { kind: 'exited', code: 0, meaning: 'success', output: '' };
  const known = await recover(ports, step, { ...unfinished, end }, recorder, 0);
  assert.equal(known.kind === 'setback' && known.setback, 'unverified');
  assert.ok(!happened.includes('start'));
});

test('what runs under the mark of a program that nobody had written down is waited for, and never ended', async () => {
  const { happened, ports, recorder, step } = stage({}, { seen: absent });
  const find = async (sought: string) => (sought === mark ? identity : undefined);
  const processes = { ...ports.processes, find };
  const unfinished = { mark, identity: null, end: null };
  assert.deepEqual(await recover({ ...ports, processes }, step, unfinished, recorder, 0), {
    kind: 'running',
  });
  assert.deepEqual(happened, []);
  const overdue = await recover({ ...ports, processes }, step, unfinished, recorder, late);
  assert.equal(overdue.kind === 'setback' && overdue.setback, 'interrupted');
  assert.deepEqual(happened, ['ended interrupted', 'detect']);
  const other = { ...unfinished, mark: '6f1c2b9e-0000-4000-8000-000000000002' };
  const gone = await recover({ ...ports, processes }, step, other, recorder, 0);
  assert.equal(gone.kind === 'setback' && gone.setback, 'interrupted');
});

test('a program that runs longer than allowed after a restart is ended; what cannot be ended is waited for', async () => {
  const { happened, ports, recorder, step } = stage({}, { seen: absent });
  const overdue = { mark, identity, end: null };
  const alive = async () => !happened.includes('end 7');
  const ending = { ...ports, processes: { ...ports.processes, alive } };
  const verdict = await recover(ending, step, overdue, recorder, late);
  assert.equal(verdict.kind === 'setback' && verdict.setback, 'failed');
  assert.deepEqual(happened, ['end 7', 'ended timed-out', 'detect']);
  assert.deepEqual(await recover(ports, step, overdue, recorder, late), { kind: 'running' });
  const end = async () => {
    throw new HoldfastError('internal', 'It cannot be ended.');
  };
  const helpless = { ...ports, processes: { ...ports.processes, end } };
  assert.deepEqual(await recover(helpless, step, overdue, recorder, late), { kind: 'running' });
});

test('detection outranks the exit code, except that a restart must be survived first', () => {
  const exited = (meaning: ExitMeaning): StepEnd => ({
    kind: 'exited',
    code: 1603,
    meaning,
    output: 'why\n',
  });
  assert.equal(judge(exited('failure'), 'install', present).kind, 'reached');
  assert.equal(judge(exited('failure'), 'uninstall', absent).kind, 'reached');
  const part = { ...absent, part: true };
  assert.equal(judge(exited('success'), 'uninstall', part).kind, 'reached');
  assert.equal(judge(exited('failure'), 'uninstall', part).kind, 'setback');
  assert.deepEqual(judge({ kind: 'interrupted' }, 'uninstall', part), {
    kind: 'setback',
    setback: 'interrupted',
    reason: 'it was interrupted, and a part of it is left',
  });
  assert.deepEqual(judge({ kind: 'interrupted' }, 'uninstall', absent), {
    kind: 'reached',
    observed: absent,
    cutShort: true,
  });
  assert.equal(judge(exited('reboot-required'), 'install', present).kind, 'restart-needed');
  assert.deepEqual(judge(exited('failure'), 'install', absent), {
    kind: 'setback',
    setback: 'failed',
    reason: 'exit code 1603 (a fatal error ended it): why',
  });
  assert.deepEqual(judge(exited('success'), 'install', absent), {
    kind: 'setback',
    setback: 'unverified',
    reason: 'it is missing',
  });
});

test('a failure is taken as the catalogue takes it, unless the program has a row of its own for it', async () => {
  const taken = [
    [{ code: 1618 }, 'busy'],
    [{ code: 1601 }, 'not-ready'],
    [{ code: 1625 }, 'refused'],
    [{ code: 1603 }, 'failed'],
    [{ code: 100, output: 'E: Could not get lock /var/lib/dpkg/lock' }, 'busy'],
    [{ code: 2, output: 'cannot write: No space left on device' }, 'not-ready'],
  ] as const;
  for (const [exit, setback] of taken) {
    const { ports, recorder, step } = stage(exit, { seen: absent });
    const verdict = await carryOut(ports, step, recorder);
    assert.equal(verdict.kind === 'setback' && verdict.setback, setback, JSON.stringify(exit));
  }
  const { ports, recorder, step } = stage({ code: 1625 }, { seen: absent });
  const own = { ...step, exitCodes: [{ code: 1625, meaning: 'failure' as const }] };
  const verdict = await carryOut(ports, own, recorder);
  assert.equal(verdict.kind === 'setback' && verdict.setback, 'failed');
});
