/** Status messages: numbered, kept until acknowledged, and never in each other's way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mpPaths, type StatusBatch } from '@holdfast/contract';
import { type Outbox, outboxAfter, outboxLimit } from '../src/status/outbox.ts';
import { enrolled, rig } from './support/rig.ts';

const message = { at: 0, code: 30002, severity: 'info', details: {} } as const;
const isStatus = (path: string) => path === mpPaths.status;

test('messages that the site did not acknowledge are sent again after a restart, with their numbers', async (t) => {
  const world = await enrolled(t);
  world.site.deploy(world.app());
  const mend = world.site.bend((_, path) => (isStatus(path) ? { status: 503 } : undefined));
  await world.client().cycle();
  assert.equal(world.site.received.length, 0);
  mend();
  const client = await world.restart();
  world.clock.advance(300_000);
  await client.cycle();
  assert.deepEqual(
    world.site.received.map((one) => one.seq),
    world.site.received.map((_, index) => index + 1),
  );
  assert.equal(client.status().outbox, 0);
});

test('a batch that is refused as too large is halved, and one message refused for ever is replaced', async (t) => {
  const world = await enrolled(t);
  world.site.deploy(world.app(), world.app());
  world.site.bend((request, path) => {
    if (!isStatus(path)) return undefined;
    const { messages } = JSON.parse(request.body ?? '') as StatusBatch;
    return messages.some((one) => one.code === 30010) ? world.site.error('request.too-large') : undefined;
  });
  await world.client().cycle();
  assert.equal(world.client().status().outbox, 0);
  const shortened = world.site.received.filter((one) => one.code === 30040);
  assert.equal(shortened[0]?.details.code, 30010);
  assert.equal(world.site.received.at(-1)?.seq, world.site.received.length);
});

test('an acknowledgement of what was never sent is not believed', async (t) => {
  const world = await enrolled(t);
  world.site.setSerial(1);
  world.site.bend((_, path) => (isStatus(path) ? { status: 200, body: '{"acknowledged":99}' } : undefined));
  const report = await world.client().cycle();
  assert.equal(report.problems[0]?.code, 'network.response-invalid');
  assert.ok(world.client().status().outbox > 0);
});

test('a full outbox gives up its oldest messages and keeps its numbering', () => {
  const messages = Array.from({ length: outboxLimit + 5 }, () => message);
  const empty: Outbox = { stream: '', next: 1, messages: [] };
  const outbox = outboxAfter(empty, { kind: 'status', messages });
  assert.equal(outbox.messages.length, outboxLimit);
  assert.equal(outbox.messages[0]?.seq, 6);
  assert.equal(outbox.next, outboxLimit + 6);
});

test('hostile text of a program is cut and freed from control characters', async (t) => {
  const world = await enrolled(t);
  const line = `/bin/sh -c "printf '\\\\033[2J<script>%04000d' 1; exit 1"`;
  world.site.deploy(world.app({ program: { install: line } }));
  await world.client().cycle();
  const failed = world.site.received.find((one) => one.code === 30027);
  const reason = String(failed?.details.reason);
  assert.ok(reason.length < 400 && reason.includes('<script>'));
  assert.doesNotMatch(reason, /\p{Cc}/u);
});

test('the loop polls by the policy, works through faults of the site, and ends when told', {
  timeout: 30_000,
}, async (t) => {
  const world = await rig(t);
  const { site, clock, client, events } = world;
  const stop = new AbortController();
  const running = client().run(stop.signal);
  const asleep = async (until: () => boolean) => {
    while (!until() || clock.sleepers() === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  await asleep(() => true);
  site.deploy(world.app());
  await client().enrol(site.token());
  await asleep(() => site.names().includes('software-verified'));
  const polls = () => site.requests.filter((request) => request.url.endsWith(mpPaths.policy)).length;
  assert.equal(polls(), 1);
  clock.advance(53_000);
  await asleep(() => true);
  assert.equal(polls(), 1, 'a poll comes a tenth early at most');
  const mend = site.bend(() => {
    throw new TypeError('a fault nobody thought of');
  });
  clock.advance(14_000);
  await asleep(() => events.some((event) => event.text.includes('nobody thought of')));
  mend();
  clock.advance(240_000);
  await asleep(() => polls() >= 2 && client().status().outbox === 0);
  assert.ok(site.names().includes('client-fault'));
  stop.abort();
  await running;
});
