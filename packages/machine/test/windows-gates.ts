/** What readiness gates look at on Windows, by its contracts and its own layouts: for the run inside Wine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import {
  linksContract,
  powerContract,
  protectionContract,
  servicesContract,
  sessionsContract,
  until,
} from '@holdfast/ports/suites';
import type { Machine } from '../src/shared/machine.ts';
import { installerMutex } from '../src/windows/installer-mutex.ts';
import { leadsOut } from '../src/windows/links.ts';
import { isMetered, networkCost } from '../src/windows/network-cost.ts';
import { powerIn } from '../src/windows/power.ts';
import { activeSessions, sessionUser } from '../src/windows/sessions.ts';
import { startingServices, startLimitMs, windowsSettled } from '../src/windows/settled.ts';
import { loadKoffi, win32 } from '../src/windows/win32.ts';

const cleanup = async () => undefined;

/** Takes the installer's mutex, as msiexec does while it changes the machine. */
export function holdInstaller(): () => Promise<void> {
  const kernel = loadKoffi().load('kernel32.dll');
  const create = kernel.func('void *CreateMutexW(void *security, bool owned, str16 name)');
  const release = kernel.func('bool ReleaseMutex(void *mutex)');
  const mutex: bigint = create(null, true, installerMutex);
  return async () => {
    release(mutex);
    // It stays there, free, while anybody has it open; then it goes.
    win32().closeHandle(mutex);
  };
}

/** Tells a value of the registry by Windows' own program. */
function setFlag(name: string, value: string): void {
  const words = ['add', 'HKLM\\SYSTEM\\Setup', '/v', name, '/t', 'REG_DWORD', '/d', value, '/f'];
  execFileSync('reg.exe', words, { stdio: 'ignore' });
}

/** Services whose program is `windows-service.ts`, or one that is none, by name; they go with the prefix. */
let made = false;
function makeServices(script: string): void {
  if (made) return;
  made = true;
  const program = (kind: string) => `"${process.execPath}" "${script}" ${kind}`;
  const programs = {
    'holdfast slow': program('slow'),
    'holdfast deaf': program('deaf'),
    'holdfast broken': 'C:\\windows\\system32\\cmd.exe /c exit 3',
  };
  for (const [name, line] of Object.entries(programs)) {
    execFileSync('sc.exe', ['create', name, 'binPath=', line, 'start=', 'demand'], { stdio: 'ignore' });
  }
}

/** @param script bundle of `windows-service.ts` */
export function windowsGateTests(machine: Machine, script: string | undefined): void {
  const { services, protection, power, sessions, links, clock } = machine;
  assert.ok(services && protection && power && sessions && links);

  servicesContract(async () => {
    if (script === undefined) return { services, clock, service: 'Spooler', cleanup };
    makeServices(script);
    const deafService = 'holdfast deaf';
    await services.start(deafService);
    return {
      services,
      clock,
      service: 'Spooler',
      slowService: 'holdfast slow',
      brokenService: 'holdfast broken',
      deafService,
      cleanup,
    };
  });
  powerContract(async () => ({ power, clock, cleanup }));
  sessionsContract(async () => ({ sessions, clock, cleanup }));
  linksContract(async () => ({ links, clock, cleanup }));
  protectionContract(async () => ({ protection, otherPath: 'C:\\not-of-windows.dll', cleanup }));

  test('what SYSTEM_POWER_STATUS says is told', () => {
    const told = (line: number, battery: number, percent: number) =>
      powerIn(Buffer.from([line, battery, percent, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    assert.deepEqual(told(1, 128, 255), { mains: true, battery: null });
    assert.deepEqual(told(0, 1, 83), { mains: false, battery: 83 });
    assert.deepEqual(told(1, 8 + 1, 100), { mains: true, battery: 100 });
    assert.deepEqual(told(255, 255, 255), { mains: true, battery: null });
  });

  test('of the sessions of Windows those count that somebody is connected to', () => {
    const info = (id: number, state: number) => {
      const block = Buffer.alloc(24);
      block.writeUInt32LE(id);
      block.writeInt32LE(state, 16);
      return block;
    };
    // Listening, active, disconnected, active.
    assert.deepEqual(
      activeSessions(Buffer.concat([info(65536, 6), info(1, 0), info(2, 4), info(3, 0)])),
      [1, 3],
    );
  });

  test('a session is of the account that it was opened for', () => {
    // WTS_CURRENT_SESSION
    assert.equal(sessionUser(0xffff_ffff), userInfo().username);
  });

  test('an address that the machine gave itself leads nowhere', () => {
    const external = (address: string) => leadsOut({ internal: false, address });
    assert.deepEqual(['169.254.3.4', 'fe80::1', 'febf::1'].map(external), [false, false, false]);
    assert.deepEqual(['192.0.2.4', '10.1.1.1', '2001:db8::1', 'fd00::1'].map(external), [
      true,
      true,
      true,
      true,
    ]);
    assert.equal(leadsOut({ internal: true, address: '127.0.0.1' }), false);
  });

  test('the Network List Manager tells what the network costs, and what is paid by volume', () => {
    const unrestricted = 1;
    assert.equal(networkCost(), unrestricted);
    // Unknown, unrestricted, fixed, variable, roaming; and nothing told.
    const paid = [0, unrestricted, 2, 4, 0x40001].map(isMetered);
    assert.deepEqual([...paid, isMetered(undefined)], [false, false, true, true, true, false]);
  });

  test('Windows is settled when set-up is over', async () => {
    assert.deepEqual(windowsSettled(0), { ready: true });
    for (const name of ['SystemSetupInProgress', 'OOBEInProgress']) {
      setFlag(name, '1');
      const settled = await machine.boot.settled?.();
      assert.deepEqual(settled?.ready === false && settled.evidence, { setup: name });
      setFlag(name, '0');
    }
    assert.deepEqual(await machine.boot.settled?.(), { ready: true });
  });

  test('Windows is not settled while a service starts, unless that has hung', {
    skip: script === undefined ? 'no slow service was made' : false,
  }, async () => {
    const service = 'holdfast slow';
    const started = services.start(service);
    await until(clock, () => startingServices().includes(service), 'seen at its start');
    const settled = windowsSettled(0);
    assert.deepEqual(settled.ready === false && settled.evidence, { service, services: 1 });
    assert.deepEqual(windowsSettled(startLimitMs + 1), { ready: true });
    await started;
    assert.deepEqual(windowsSettled(0), { ready: true });
    await services.stop(service);
  });
}
