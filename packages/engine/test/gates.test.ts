/** Readiness gates: what closes each kind, what it says, and when it is looked at again. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type GateDefinition, GateDefinitions, gateSentence, ProgramDefinition } from '@holdfast/contract';
import type { Boot, Readiness } from '@holdfast/ports';
import { Compile } from 'typebox/compile';
import { type GatePorts, gatePollMs, gatesOf, untilStirred, waitAt } from '../src/index.ts';

const monday = Date.UTC(2026, 2, 2);
const minute = 60_000;
const definition = Compile(ProgramDefinition);

const boot: Boot = {
  id: async () => 'boot',
  hostName: async () => 'host',
  operatingSystem: async () => ({
    platform: 'windows',
    name: 'Windows',
    version: '5.1',
    architecture: 'x86',
    epoch: '1',
  }),
};

function portsWith(change: Partial<GatePorts> = {}): GatePorts {
  return {
    clock: { now: () => monday, monotonic: () => 0, sleep: async () => {} },
    disk: { freeBytes: async () => 2 ** 30, open: () => assert.fail('a gate opens no folder') },
    registry: { read: async () => undefined },
    installers: {
      dpkg: async () => undefined,
      msi: async () => undefined,
      fileVersion: async () => undefined,
    },
    boot,
    ...change,
  } as GatePorts;
}

async function look(definition: GateDefinition, change: Partial<GatePorts> = {}) {
  const [gate] = gatesOf([definition], portsWith(change), { folder: '/state' });
  assert.equal(gate?.name, definition.name);
  return await gate.check();
}

const watch = () => () => {};
const late: Readiness = { ready: false, reason: 'it has not started', evidence: { win32: 21 } };

test('file protection that answers error 21 keeps its gate closed, with the number as evidence', async () => {
  const protection = {
    readiness: async () => late,
    isProtected: async () => true,
    install: async () => {},
    watch,
  };
  const gate = { kind: 'protection-ready', name: 'file-protection' } as const;
  const verdict = await look(gate, { protection });
  assert.deepEqual(verdict, { open: false, reason: 'Win32 21 (it is not ready)', evidence: { win32: 21 } });
  assert.deepEqual(await look(gate), { open: true }, 'a platform without file protection');
  const closed = { gate: gate.name, reason: 'Win32 21', evidence: { win32: 21 } };
  const wait = waitAt(null, closed, monday + 3 * minute);
  assert.equal(gateSentence(wait), 'waiting for file-protection since 00:03: Win32 21');
  assert.equal(waitAt(wait, { ...closed, reason: 'Win32 1053' }, monday + 9 * minute).since, wait.since);
  assert.equal(waitAt(wait, { ...closed, gate: 'other' }, monday).since, monday);
});

test('an installer at work closes its gate: 1618', async () => {
  const { installers } = portsWith();
  const idle = async (): Promise<Readiness> => ({
    ready: false,
    reason: 'busy',
    evidence: { exitCode: 1618 },
  });
  const gate = { kind: 'installer-idle', name: 'installer-idle' } as const;
  const verdict = await look(gate, { installers: { ...installers, idle } });
  assert.equal(verdict.open || verdict.reason, 'exit code 1618 (another installation is running)');
  assert.deepEqual(await look(gate), { open: true });
});

test('a boot is settled when its time is over and everything has started', async () => {
  const gate = { kind: 'boot-settled', name: 'boot', leastSeconds: 120 } as const;
  const early = await look(gate, { boot: { ...boot, uptime: async () => 50_000 } });
  assert.equal(early.open || early.opensAt, monday + 70_000);
  const busy = await look(gate, {
    boot: { ...boot, uptime: async () => 500_000, settled: async () => late },
  });
  assert.equal(busy.open, false);
  assert.equal((await look(gate, { boot: { ...boot, uptime: async () => 500_000 } })).open, true);
});

test("a pending replacement of our own files closes the gate, and other people's do not", async () => {
  const gate: GateDefinition = {
    kind: 'no-pending-reboot',
    name: 'pending-reboot',
    paths: ['C:\\Program Files\\App'],
  };
  const pending = (text: string) => look(gate, { registry: { read: async () => text } });
  assert.equal((await pending('\\??\\C:\\Windows\\other.dll\n')).open, true);
  assert.equal((await pending('\\??\\C:\\Program Files\\Apple\\a.dll\n')).open, true);
  const ours = await pending('\\??\\C:\\x\n\n\\??\\C:\\new\n!\\??\\c:\\program files\\app\\a.dll');
  assert.deepEqual(ours.open || ours.evidence, { path: 'c:\\program files\\app\\a.dll' });
});

test('a folder above our files closes the gate when it is renamed at the restart, not when it is removed if empty', async () => {
  const gate: GateDefinition = {
    kind: 'no-pending-reboot',
    name: 'pending-reboot',
    paths: ['C:\\Program Files\\App\\app.exe'],
  };
  const pending = (text: string) => look(gate, { registry: { read: async () => text } });
  const renamed = await pending('\\??\\C:\\Program Files\\App\n!\\??\\C:\\Program Files\\App.away');
  assert.equal(renamed.open || renamed.reason, 'c:\\program files\\app is replaced at the next restart');
  const target = await pending('\\??\\C:\\new\n!\\??\\C:\\Program Files\\App');
  assert.equal(target.open, false);
  assert.equal((await pending('\\??\\C:\\Program Files\\App\n')).open, true);
  const removed = await pending('\\??\\C:\\Program Files\\App\\APP.exe\n');
  assert.equal(
    removed.open || removed.reason,
    'c:\\program files\\app\\app.exe is removed at the next restart',
  );
});

test('power, network, remote sessions, services and free bytes each close their gate', async () => {
  const battery = (left: number) => ({
    power: { state: async () => ({ mains: false, battery: left }), watch },
  });
  const power = { kind: 'power', name: 'power', leastBattery: 40 } as const;
  assert.equal((await look(power, battery(39))).open, false);
  assert.equal((await look(power, battery(40))).open, true);
  const links = { state: async () => ({ up: true, metered: true }), watch };
  assert.equal((await look({ kind: 'network', name: 'network', unmetered: true }, { links })).open, false);
  assert.equal((await look({ kind: 'network', name: 'network' }, { links })).open, true);
  const sessions = { remote: async () => [{ kind: 'remote-desktop', user: 'ann' }], watch };
  const session = await look({ kind: 'no-remote-session', name: 'session' }, { sessions });
  assert.equal(session.open || session.reason, 'ann works on the machine by remote-desktop');
  const services = {
    state: async () => undefined,
    readiness: async () => late,
    start: async () => {},
    stop: async () => {},
    automatic: async () => undefined,
    setAutomatic: async () => {},
    watch,
  };
  const service = { kind: 'service-answering', name: 'installer', service: 'MSIServer' } as const;
  assert.equal((await look(service, { services })).open, false);
  assert.equal((await look({ kind: 'disk-free', name: 'disk', bytes: 2 ** 30 })).open, false);
});

test('a maintenance window opens and closes on time, over midnight too, and says when it opens next', async () => {
  const windows = [{ days: [1], startMinute: 23 * 60, minutes: 120 }];
  const gate = { kind: 'maintenance-window', name: 'window', windows } as const;
  const at = (now: number) => look(gate, { clock: { ...portsWith().clock, now: () => now } });
  const opens = monday + 23 * 60 * minute;
  const before = await at(opens - 1);
  assert.equal(before.open || before.opensAt, opens);
  assert.equal((await at(opens)).open, true);
  assert.equal((await at(opens + 120 * minute - 1)).open, true);
  const after = await at(opens + 120 * minute);
  assert.equal(after.open || after.opensAt, opens + 7 * 24 * 60 * minute);
});

test('a gate of a kind that this client does not know stays closed and says so', async () => {
  const definition = { kind: 'moon-full', name: 'moon' } as unknown as GateDefinition;
  const verdict = await look(definition);
  assert.match(verdict.open ? '' : verdict.reason, /does not know gates of kind moon-full/);
  assert.equal(Compile(GateDefinitions).Check([definition]), false);
});

test('a closed gate is looked at seldom when it was closed for long, and at once when it stirs', async () => {
  const entropy = { integer: (below: number) => below - 1 };
  assert.ok(gatePollMs({ since: monday }, monday, entropy) <= 5_001);
  assert.ok(gatePollMs({ since: monday - 60 * 60 * minute }, monday, entropy) <= 4 * minute + 1);
  let left = 0;
  let stir = () => {};
  const gate = {
    watch: (changed: () => void) => {
      stir = changed;
      return () => {
        left += 1;
      };
    },
  };
  const sleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const stirred = untilStirred([gate], 1000, { sleep });
  stir();
  await stirred;
  const stop = new AbortController();
  const stopped = untilStirred([gate], 1000, { sleep }, [stop.signal]);
  stop.abort();
  await assert.rejects(stopped, { name: 'AbortError' });
  await untilStirred([gate], 1000, { sleep: async () => {} });
  assert.equal(left, 3, 'nobody watches on');
});

test('the program definition in the documentation is one, and each of its gates can be looked at', async () => {
  const text = await readFile(new URL('../../../docs/readiness-gates.md', import.meta.url), 'utf8');
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  const program: unknown = JSON.parse(json);
  assert.ok(definition.Check(program), JSON.stringify(definition.Errors(program)));
  for (const gate of program.gates ?? []) assert.deepEqual(await look(gate), { open: true });
});
