/** Every check of the client's health: well, ill, mended where it can be, and said where it cannot. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import type { StarterState, Starters } from '@holdfast/ports';
import type { Check } from '../src/health/check.ts';
import { certificateCheck } from '../src/health/checks/certificate.ts';
import { clockCheck } from '../src/health/checks/clock.ts';
import { componentChecks, keptPackageCheck } from '../src/health/checks/components.ts';
import { diskCheck } from '../src/health/checks/disk.ts';
import { journalCheck } from '../src/health/checks/journal.ts';
import { policyAgeCheck } from '../src/health/checks/policy-age.ts';
import { runtimeCheck } from '../src/health/checks/runtime.ts';
import { secondStarterCheck, serviceCheck } from '../src/health/checks/starters.ts';
import { installerCheck, systemdCheck, wmiCheck } from '../src/health/checks/system.ts';
import { evaluate } from '../src/health/evaluate.ts';
import { dayMs, type HealthContext, healthContext, withIdentity } from './support/health-context.ts';

/** State, reason and remedy of one check, by a whole evaluation of it alone. */
async function found(context: HealthContext, check: Check) {
  const { findings } = await evaluate(context, 'request', undefined, [check]);
  const [finding] = findings;
  assert.ok(finding);
  return finding;
}

const place = { installFolder: '/opt/holdfast-client', versionFolder: '/opt/holdfast-client/seed' };
const installation = { place, releaseKey: 'none' };

test('a journal with a changed byte is written anew, and one that was set aside is told once as mended', async (t) => {
  const context = await healthContext(t);
  const check = journalCheck(context);
  await context.reporter.report({ name: 'client-started', details: { version: '1' } });
  assert.equal((await found(context, check)).state, 'ok');
  const path = join(context.state, 'client.journal');
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  await writeFile(path, bytes);
  const ill = await found(context, check);
  assert.deepEqual([ill.state, ill.remedy], ['remedied', 'it was written anew from memory']);
  assert.match(ill.reason, /damaged/);
  assert.equal((await found(context, check)).state, 'ok');
  await context.journal.commit({ kind: 'health', change: { damage: 'it was damaged at byte 7' } });
  const before = await found(context, check);
  assert.deepEqual([before.state, before.reason], ['remedied', 'it was damaged at byte 7']);
  context.ports.disk = { ...context.ports.disk, freeBytes: async () => 1000 };
  const full = await found(context, journalCheck(context));
  assert.deepEqual([full.state, full.error], ['failed', 'disk.full']);
});

test('a certificate is well with its key, and its copy is made anew; a lost or wrong key is for a person', async (t) => {
  const context = await healthContext(t);
  const check = certificateCheck(context);
  assert.deepEqual((await found(context, check)).error, 'certificate.required');
  const { keyFile } = await withIdentity(context);
  assert.equal((await found(context, check)).state, 'ok');
  await rm(join(context.state, 'keys/identity.json'));
  const copied = await found(context, check);
  assert.deepEqual([copied.state, copied.remedy], ['remedied', 'the copy was made anew']);
  context.ports.identities = { ...context.ports.identities, fits: async () => false };
  const wrong = await found(context, check);
  assert.deepEqual([wrong.state, wrong.remedy], ['failed', undefined]);
  assert.match(wrong.reason, /not that of the certificate/);
  await rm(join(context.state, 'keys', keyFile));
  const lost = await found(context, check);
  assert.equal(lost.state, 'failed');
  assert.match(lost.reason, /cannot be read/);
});

test('a renewal that is overdue is tried, and what keeps it from happening is said', async (t) => {
  const context = await healthContext(t);
  await withIdentity(context);
  context.time.advance(70 * dayMs);
  const overdue = await found(context, certificateCheck(context));
  assert.equal(overdue.state, 'failed');
  assert.match(overdue.reason, /overdue.*mending it failed/);
  context.time.advance(30 * dayMs);
  assert.match((await found(context, certificateCheck(context))).reason, /has expired/);
});

test('a clock more than five minutes from the site, or before its certificate, is found', async (t) => {
  const context = await healthContext(t);
  const check = clockCheck(context);
  assert.equal((await found(context, check)).state, 'not-applicable');
  for (const [ahead, state] of [
    [300_000, 'ok'],
    [-300_000, 'ok'],
    [300_001, 'failed'],
    [-300_001, 'failed'],
  ] as const) {
    context.vitals.clockAheadMs = ahead;
    assert.equal((await found(context, check)).state, state, String(ahead));
  }
  context.vitals.clockAheadMs = 0;
  await withIdentity(context);
  assert.equal((await found(context, check)).state, 'ok');
  // The certificate was issued by a clock that was ahead, and the site says that this one is right now.
  context.time.advance(-dayMs);
  assert.equal((await found(context, check)).state, 'ok');
  context.vitals.clockAheadMs = null;
  assert.match((await found(context, check)).reason, /before the certificate/);
});

test('a disk is written and read back; a full one is cleared of what nobody needs, and leaves no probe', async (t) => {
  const context = await healthContext(t);
  assert.equal((await found(context, diskCheck(context))).state, 'ok');
  assert.deepEqual((await readdir(context.state)).sort(), ['client.journal']);
  const real = context.ports.disk;
  let free = 1000;
  context.ports.disk = { ...real, freeBytes: async () => free };
  const full = await found(context, diskCheck(context));
  assert.deepEqual([full.state, full.error, full.remedy], ['failed', 'disk.full', undefined]);
  const growing = async () => {
    free += 100_000_000;
    return free - 100_000_000;
  };
  context.ports.disk = { ...real, freeBytes: growing };
  free = 1000;
  const cleared = await found(context, diskCheck(context));
  assert.equal(cleared.state, 'remedied');
  assert.match(cleared.remedy ?? '', /bytes of content/);
});

test('a disk that cannot be written is a finding with its code', async (t) => {
  const context = await healthContext(t);
  const failing = {
    ...context,
    folder: Object.assign(Object.create(context.folder), {
      create: async () => {
        throw new HoldfastError('disk.read-only', 'The volume is read-only.');
      },
    }),
  };
  const { findings } = await evaluate(failing, 'daily', undefined, [diskCheck(failing)]);
  assert.deepEqual([findings[0]?.state, findings[0]?.error], ['failed', 'disk.read-only']);
});

test('a client that its package installed is run by the Node of that package, with its flags', async (t) => {
  const runtime = (program: string, flags: readonly string[]) => ({
    runtime: { program, version: '22.22.0', flags, wantedFlags: ['--no-opt', '--expose-gc'] },
  });
  const stateOf = async (options: Parameters<typeof healthContext>[1]) => {
    const context = await healthContext(t, options);
    return (await found(context, runtimeCheck(context))).state;
  };
  const own = '/opt/holdfast-client/runtime/node';
  const flags = ['--expose-gc', '--no-opt', '--other'];
  assert.equal(await stateOf({ health: runtime('/usr/bin/node', []) }), 'not-applicable');
  assert.equal(await stateOf({ installation, health: runtime(own, flags) }), 'ok');
  assert.equal(await stateOf({ installation, health: runtime('/usr/bin/node', flags) }), 'failed');
  assert.equal(await stateOf({ installation, health: runtime(own, ['--no-opt']) }), 'failed');
});

test('no check-in for long is a finding only when the machine was awake for as long', async (t) => {
  const context = await healthContext(t);
  const check = policyAgeCheck(context);
  assert.equal((await found(context, check)).state, 'not-applicable');
  await withIdentity(context);
  context.vitals.contactAt = context.time.now();
  context.time.advance(10 * dayMs);
  assert.equal((await found(context, check)).state, 'ok');
  context.vitals.silentMs = 2 * dayMs;
  assert.match((await found(context, check)).reason, /no check-in for 48 hours/);
  context.vitals.contactAt = context.time.now();
  assert.equal((await found(context, check)).state, 'ok');
});

/** Starters of which one is in a bad way until it is defined. */
function starters(bad: Partial<StarterState>, mends = true): Starters & { readonly calls: string[] } {
  const good = { present: true, asDefined: true, enabled: true, active: true, reason: '' };
  let state: StarterState = { ...good, ...bad, reason: 'it is not as it should be' };
  const calls: string[] = [];
  return {
    calls,
    look: async () => state,
    define: async (name) => {
      calls.push(`define ${name}`);
      if (mends) state = { ...good, active: state.active };
    },
    start: async (name) => {
      calls.push(`start ${name}`);
      if (mends) state = { ...state, active: true };
    },
    restart: async () => undefined,
    stop: async () => undefined,
    remove: async () => undefined,
    answers: async () => true,
  };
}

test('service and second starter are defined anew; the service is never started from here', async (t) => {
  const context = await healthContext(t, { installation });
  for (const bad of [{ present: false }, { asDefined: false }, { enabled: false }]) {
    const ports = starters(bad);
    context.ports.starters = ports;
    assert.equal((await found(context, serviceCheck(context))).state, 'remedied');
    assert.deepEqual(ports.calls, ['define service']);
    context.ports.starters = starters({ ...bad, active: false });
    assert.equal((await found(context, secondStarterCheck(context))).state, 'remedied');
    await context.journal.commit({ kind: 'health', change: { remedies: {} } });
  }
  const idle = starters({ active: false });
  context.ports.starters = idle;
  const stopped = await found(context, serviceCheck(context));
  assert.deepEqual([stopped.state, idle.calls], ['failed', []]);
  context.ports.starters = starters({ enabled: false }, false);
  const stubborn = await found(context, serviceCheck(context));
  assert.deepEqual([stubborn.state, stubborn.remedy], ['failed', 'it was defined and enabled anew']);
});

test('the starters of a machine are not those of a client that no package installed', async (t) => {
  const context = await healthContext(t);
  const ports = starters({ present: false });
  context.ports.starters = ports;
  for (const check of [serviceCheck, secondStarterCheck]) {
    assert.equal((await found(context, check(context))).state, 'not-applicable');
  }
  for (const check of [...componentChecks(context), keptPackageCheck(context)]) {
    assert.equal((await found(context, check)).state, 'not-applicable');
  }
  assert.deepEqual(ports.calls, []);
});

test('an installer that could not work is named; one that works is left alone, unless it has hung for hours', async (t) => {
  const context = await healthContext(t);
  let pid = 7;
  const busy = async () =>
    ({
      ready: false,
      reason: `apt-get (process ${pid}) holds it`,
      evidence: { process: 'apt-get', pid },
    }) as const;
  const none = {
    dpkg: async () => undefined,
    msi: async () => undefined,
    fileVersion: async () => undefined,
  };
  const check = () => installerCheck(context);
  context.ports.installers = none;
  assert.equal((await found(context, check())).state, 'not-applicable');
  context.ports.installers = { ...none, healthy: async () => ({ ready: true }) };
  assert.equal((await found(context, check())).state, 'ok');
  const ill = { ready: false, reason: 'half installed', evidence: { packages: 1 } } as const;
  context.ports.installers = { ...none, healthy: async () => ill };
  assert.deepEqual((await found(context, check())).state, 'failed');
  context.ports.installers = { ...none, idle: busy, healthy: async () => ill };
  assert.equal((await found(context, check())).state, 'ok');
  context.time.advance(5 * 3_600_000);
  const hung = await found(context, check());
  assert.deepEqual([hung.state, hung.error], ['failed', 'system.busy']);
  pid = 8;
  assert.equal((await found(context, check())).state, 'ok', 'another one is not the one that hung');
});

test('WMI and systemd are asked where there are such things', async (t) => {
  const context = await healthContext(t);
  for (const make of [wmiCheck, systemdCheck]) {
    assert.equal((await found(context, make(context))).state, 'not-applicable');
  }
  const ill = { ready: false, reason: 'nothing is heard', evidence: { exitCode: 1 } } as const;
  context.ports.facilities = { wmi: async () => undefined, systemd: async () => ill };
  assert.equal((await found(context, wmiCheck(context))).state, 'not-applicable');
  assert.equal((await found(context, systemdCheck(context))).state, 'failed');
});
