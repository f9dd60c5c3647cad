/** A slice of the fleet: hundreds of real clients in one virtual time, every one at its goal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFleet } from '../src/fleet/fleet.ts';

const clients = Number(process.env.FLEET_CLIENTS ?? 200);
const hours = Number(process.env.FLEET_HOURS ?? 6);
const day = { seed: 1, clients, hours, pollSeconds: 3600 };

test(`${clients} clients reach their goal in ${hours} hours`, async () => {
  const seen: number[] = [];
  const report = await runFleet(day, (virtualMs) => seen.push(virtualMs));
  assert.deepEqual([report.notReached, report.problems], [0, []]);
  assert.equal(report.clients, clients);
  assert.equal(report.virtualMs, hours * 3_600_000);
  assert.equal(seen.length, hours);
  // The first client is switched on at once, the last an hour later; then each polls once an hour, a tenth more or less.
  assert.ok(report.checkIns >= clients * (hours - 2) && report.checkIns <= clients * (hours + 2));
  // Enrolled, started, policy twice, received, downloading, ready, started, succeeded, verified.
  assert.ok(report.messages >= clients * 8, `only ${report.messages} messages`);
});

test('a seed gives the same fleet again, and a share of its own to each thread', async () => {
  const small = { ...day, clients: 10, hours: 3 };
  const report = await runFleet(small);
  assert.deepEqual(await runFleet(small), report);
  const share = await runFleet({ ...small, first: 11 });
  assert.notEqual(share.portCalls, report.portCalls);
  assert.equal(share.notReached, 0);
});

test('clients that had no time to get there are counted', async () => {
  const report = await runFleet({ ...day, clients: 20, hours: 1 });
  assert.ok(report.notReached > 0 && report.notReached <= 20, `${report.notReached}`);
  assert.match(report.problems[0] ?? '', /^client-\d+ told of no success$/);
});
