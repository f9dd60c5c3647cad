/** Whether systemd answers, as systemctl tells it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facilitiesContract } from '@holdfast/ports/suites';
import { linuxFacilities } from '../src/linux/facilities.ts';
import { systemdRuns } from '../src/linux/systemd.ts';
import type { Answer } from '../src/shared/ask-program.ts';

facilitiesContract(async () => ({
  facilities: linuxFacilities(),
  has: systemdRuns() ? ['systemd'] : [],
  cleanup: async () => undefined,
}));

const saying = (answer: Answer | undefined) =>
  linuxFacilities(
    async () => answer,
    () => true,
  );

test('a systemd that runs answers, degraded or not; its exit code does not matter', async () => {
  for (const state of ['running', 'degraded', 'starting', 'maintenance']) {
    const ready = await saying({ code: 1, output: `${state}\n`, error: '' }).systemd();
    assert.deepEqual(ready, { ready: true }, state);
  }
});

test('a systemd that is gone, hangs or has no control program is not ready, with what was said', async () => {
  for (const [answer, said] of [
    [{ code: 1, output: 'offline\n', error: '' }, 'offline'],
    [{ code: 1, output: '', error: 'Failed to connect to bus: Connection refused\n' }, 'Connection refused'],
    [{ code: null, output: '', error: '' }, 'nothing'],
    [undefined, 'nothing'],
  ] as const) {
    const found = await saying(answer).systemd();
    assert.ok(found && !found.ready);
    assert.ok(found.reason.includes(said), found.reason);
  }
});

test('a machine without systemd has no such thing, and Linux has no WMI', async () => {
  const facilities = linuxFacilities(
    async () => assert.fail('nobody is asked'),
    () => false,
  );
  assert.equal(await facilities.systemd(), undefined);
  assert.equal(await facilities.wmi(), undefined);
});
