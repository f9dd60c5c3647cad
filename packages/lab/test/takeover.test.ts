/** Takeovers on a simulated machine: looked for only, withdrawn half-way, tried no more than so often, waiting for a person. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { statusEntry, statusText, type TakeoverOrder } from '@holdfast/contract';
import { setupPlaces, siteAddress } from '../src/flows/client-setup/world.ts';
import {
  type AgentOnMachine,
  agentOn,
  agentRule,
  layAgent,
} from '../src/flows/installed-client/foreign-agent.ts';
import { type InstalledClient, installedClient, takeUp } from '../src/flows/installed-client/world.ts';
import { openClient } from '../src/flows/open-client.ts';
import { messagesOf } from '../src/flows/plot.ts';
import type { SimulatedMachine } from '../src/machine/machine.ts';
import { noTrace } from '../src/world/trace.ts';

const { state, install, root } = setupPlaces;
const minute = 60_000;
const day = 24 * 60 * minute;

let client: InstalledClient;
let machine: SimulatedMachine;
let agent: AgentOnMachine;
let works: () => boolean;
let removals: number;

const order = (change: Partial<TakeoverOrder> = {}): TakeoverOrder => ({
  takeoverId: '7a1b6c4e-2d39-4f5a-8c1e-0b9d3e6f7a21',
  mode: 'take-over',
  rule: agentRule,
  ...change,
});

const told = () =>
  messagesOf(client.site.clients.values())
    .filter(({ code }) => code >= 30_070 && code < 30_080)
    .map((message) => ({ name: statusEntry(message.code)?.name, text: statusText(message) }));
const names = () => told().map(({ name }) => name);

async function goOn(ms: number): Promise<void> {
  await machine.clock.run(() => false, ms);
}

async function start(): Promise<void> {
  const opened = await openClient(machine.ports('client'), {
    folder: state,
    root,
    site: siteAddress,
    version: client.release.version,
    log: () => undefined,
    installation: {
      place: { installFolder: install, versionFolder: `${install}/seed` },
      releaseKey: client.release.releaseKey,
      testDriver: async () => ({ passed: works(), text: works() ? 'one picture' : 'black' }),
    },
  });
  opened.run(new AbortController().signal).catch(() => undefined);
}

beforeEach(async () => {
  client = await installedClient('takeover test', 'tar.gz');
  layAgent(client.begin.disk, root, client.random.stream('agent'));
  machine = client.machine(client.begin, noTrace);
  removals = 0;
  works = () => true;
  await takeUp(machine, client.begin.outside);
  agent = agentOn(machine, {
    root,
    runs: true,
    removing: () => {
      removals += 1;
    },
  });
});

test('a rule that only looks touches nothing, and acts once it may', async () => {
  client.site.takeovers = [order({ mode: 'look' })];
  await start();
  await goOn(3 * 60 * minute);
  assert.deepEqual(names(), ['agent-recognized']);
  assert.ok(agent.runs());
  client.site.takeovers = [order()];
  await goOn(5 * minute);
  assert.deepEqual(names(), ['agent-recognized', 'takeover-begun', 'agent-taken-over']);
  assert.equal(agent.there(), false);
});

test('an agent that is not there is told once, and found when it is installed', async () => {
  const rule = { ...agentRule, recognizedBy: [{ kind: 'file', path: '/opt/other/agent' }] as const };
  client.site.takeovers = [order({ rule: { ...rule, recognizedBy: [...rule.recognizedBy] } })];
  await start();
  await goOn(5 * 60 * minute);
  assert.deepEqual(names(), ['agent-absent']);
  assert.ok(agent.runs());
});

test('it waits while somebody works through the agent, and a rule that is withdrawn then has changed nothing', async () => {
  machine.parts.sessions.set([{ kind: 'remote-control', user: 'ada' }]);
  client.site.takeovers = [order()];
  await start();
  await goOn(30 * minute);
  assert.ok(names().includes('takeover-waits'), names().join());
  assert.match(told().at(-1)?.text ?? '', /no-remote-session/);
  assert.ok(agent.runs());
  client.site.takeovers = [];
  await goOn(30 * minute);
  assert.equal(names().at(-1), 'agent-put-back');
  assert.match(told().at(-1)?.text ?? '', /withdrawn/);
  assert.ok(agent.runs() && agent.startsByItself());
  assert.equal(removals, 0);
});

test('withdrawn between stopping and removing, their remote control runs again', async () => {
  machine.software.installing.set('somebody else');
  client.site.takeovers = [order()];
  await start();
  await goOn(10 * minute);
  assert.equal(agent.runs(), false, 'it is stopped, and waits for the installer');
  client.site.takeovers = [];
  await goOn(15 * minute);
  assert.ok(agent.runs());
  assert.equal(removals, 0);
});

test('ours that fails while it waits brings theirs back without waiting on', async () => {
  machine.software.installing.set('somebody else');
  client.site.takeovers = [order()];
  await start();
  await goOn(10 * minute);
  assert.equal(agent.runs(), false);
  works = () => false;
  await goOn(15 * minute);
  assert.ok(agent.runs());
  assert.equal(names().at(-1), 'agent-put-back');
});

test('what was put back after a removal is left as it is', async () => {
  works = () => agent.packaged();
  client.site.takeovers = [order()];
  await start();
  await goOn(2 * 60 * minute);
  assert.equal(removals, 1);
  assert.ok(agent.runs());
  assert.equal(names().at(-1), 'agent-put-back');
  await goOn(day);
  // Its package is gone: what runs is what was put back, and the rule recognizes it no more.
  assert.equal(removals, 1);
  assert.ok(agent.runs() && agent.startsByItself());
});

test('ours that leans on their service is tried three times, and theirs is never removed', async () => {
  works = () => agent.runs();
  client.site.takeovers = [order()];
  await start();
  await goOn(4 * day);
  assert.equal(names().filter((name) => name === 'agent-put-back').length, 3);
  assert.equal(removals, 0);
  assert.ok(agent.runs());
});
