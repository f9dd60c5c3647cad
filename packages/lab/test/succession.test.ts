/** Today's client takes the place of an older one on a simulated machine: what is told, refused, put back and not believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linuxPredecessors, plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import { mpPaths, setupExit, setupPhases, sha256 } from '@holdfast/contract';
import { setupHost, siteAddress } from '../src/flows/client-setup/world.ts';
import {
  layOlder,
  type OlderGeneration,
  olderAtWork,
  partsOf,
  putOlder,
} from '../src/flows/client-succession/older.ts';
import { newTool } from '../src/flows/tool.ts';
import { filesBelow, layFile } from '../src/machine/lay.ts';
import { nodeAt, type SimulatedMachine } from '../src/machine/machine.ts';
import { type Random, randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';
import { newSetupWorld, told } from './support/setup-world.ts';

/** Rounds of hostile bytes. */
const rounds = Number(process.env.SEEDS ?? 15);

/** A machine with an older client at work. */
async function olderWorld(generation: OlderGeneration, seed = 1) {
  const world = newSetupWorld(seed);
  const { machine, client, clock } = world;
  const random = randomFrom(`older ${generation} ${seed}`);
  const tool = newTool(random, client);
  client.deploy(tool.assignment);
  const given = { disk: machine.volume, site: client, random, address: siteAddress, tool };
  const older = layOlder(generation, given);
  await putOlder(machine, older, olderAtWork);
  const host = setupHost(machine, world.release, { predecessors: linuxPredecessors });
  const run = (request: SetupRequest | undefined) => inVirtualTime(clock, () => runSetup(host, request));
  const ask = { ...plainRequest, token: client.token };
  return { ...world, older, run, ask, parts: () => partsOf(machine, older) };
}

const all = setupPhases.flatMap((phase) => (phase === 'enrol' ? ['inherit', phase] : [phase]));

for (const generation of [1, 2] as const) {
  test(`generation ${generation} is followed as the same client, and the site hears of both steps`, async () => {
    const { run, ask, site, client, older, machine } = await olderWorld(generation);
    const end = await run(ask);
    assert.equal(end.exit, setupExit.succeeded, end.text);
    assert.deepEqual(
      told(site),
      [...all, 'retire'].flatMap((phase) => [`${phase} begins`, `${phase} ended`]),
    );
    assert.deepEqual([...client.clients.keys()], [older.clientId]);
    for (const path of [older.predecessor.install, older.predecessor.state])
      assert.equal(nodeAt(machine.volume, path), undefined);
    const cached = [...filesBelow(machine.volume, '/state/cache').keys()];
    assert.equal(cached.length, 2);
  });

  test(`generation ${generation} works on where today's client cannot enrol, and is followed by the next set-up`, async () => {
    const { run, ask, network, older, parts, machine } = await olderWorld(generation);
    const body = [
      Buffer.from(JSON.stringify({ code: 'token.expired', message: 'Too late.', remedy: 'None.' })),
    ];
    network.fault = ({ path }) =>
      path === mpPaths.enrol || path === mpPaths.renew
        ? { status: 403, headers: {}, body, after: 'end' }
        : undefined;
    const failed = await run(ask);
    assert.deepEqual([failed.exit, failed.error], [setupExit.failed, 'token.expired']);
    assert.deepEqual(parts(), olderAtWork);
    assert.equal(machine.starters.get('service').active, false);
    assert.equal(nodeAt(machine.volume, older.predecessor.state), 'folder');
    network.fault = () => undefined;
    const end = await run(ask);
    assert.equal(end.exit, setupExit.succeeded, end.text);
    assert.deepEqual(parts(), { installed: false, service: false, automatic: false, running: false });
  });

  test(`generation ${generation} that the site does not know enrols as a machine of its own, with its history`, async () => {
    const { run, ask, client, older } = await olderWorld(generation);
    client.former.clear();
    client.clients.clear();
    const end = await run(ask);
    assert.equal(end.exit, setupExit.succeeded, end.text);
    assert.equal(client.clients.size, 1);
    assert.notDeepEqual([...client.clients.keys()], [older.clientId]);
  });

  test(`whatever bytes generation ${generation} has left, a set-up comes to its end and believes none of them`, async () => {
    for (let seed = 1; seed <= rounds; seed += 1) {
      const random = randomFrom(`hostile ${generation} ${seed}`);
      const { run, ask, machine, older, client } = await olderWorld(generation, seed);
      const { state } = older.predecessor;
      for (const [path, bytes] of filesBelow(machine.volume, state)) {
        if (random.chance(1, 2)) layFile(machine.volume, `${state}/${path}`, spoilt(bytes, random));
      }
      const end = await run({ ...ask, managementPoints: [siteAddress] });
      assert.equal(end.exit, setupExit.succeeded, `seed ${seed}: ${end.text}`);
      assert.ok(client.clients.size <= 2, `seed ${seed}`);
      assert.deepEqual(client.violations, [], `seed ${seed}`);
      assertHonest(machine);
    }
  });
}

/** One of the ways in which a file of somebody else may look. */
function spoilt(bytes: Buffer, random: Random): Uint8Array {
  const at = random.integer(bytes.length + 1);
  switch (random.integer(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return bytes.with(Math.min(at, bytes.length - 1), random.integer(256));
    case 2:
      return random.bytes(random.integer(3_000));
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from('\0"\\u0000[[{{=\t\t\n__proto__'),
        bytes.subarray(at),
      ]);
    default:
      return Buffer.concat(Array(9).fill(bytes));
  }
}

/** What lies in the cache has the hash that it is called by. */
function assertHonest({ volume }: Pick<SimulatedMachine, 'volume'>): void {
  for (const [name, bytes] of filesBelow(volume, '/state/cache')) {
    assert.equal(sha256(bytes), name);
  }
}

test('folders that the system knows nothing of are no older client', async () => {
  const { machine, run, ask, site, older } = await olderWorld(2);
  machine.parts.services.remove(older.predecessor.service);
  machine.software.dpkg?.clear();
  const end = await run({ ...ask, managementPoints: [siteAddress] });
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.ok(!told(site).includes('inherit begins'));
  assert.equal(nodeAt(machine.volume, older.predecessor.state), 'folder');
});

test('an uninstall in the midst of it has the older client work again', async () => {
  const { machine, release, clock, network, run, ask, parts } = await olderWorld(1);
  const stopped = new AbortController();
  network.fault = ({ path }) => {
    if (path !== mpPaths.enrol) return undefined;
    stopped.abort();
    return 'unreachable';
  };
  const host = setupHost(machine, release, { predecessors: linuxPredecessors });
  await assert.rejects(inVirtualTime(clock, () => runSetup(host, ask, { signal: stopped.signal })));
  assert.equal(parts().running, false);
  const end = await run({ ...plainRequest, intent: 'uninstall' });
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.deepEqual(parts(), olderAtWork);
});
