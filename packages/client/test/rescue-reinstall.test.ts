/** The last resort of the second starter: from the kept package, or one that the site gives again, or not at all and why. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { HoldfastError, mpPaths } from '@holdfast/contract';
import type { Network } from '@holdfast/ports';
import { openRecord, type RescuePorts, type RescueReport, rescue } from '../src/rescue/index.ts';
import { packageNetwork } from './support/package-site.ts';
import { authority, rescueWorld } from './support/rescue-world.ts';
import { newKeys, type StandIn, standIn } from './support/stand-in.ts';

const keys = newKeys();
const client = standIn({ keys });

/** Names beside the install folder that a reinstallation could leave. */
const beside = async (folder: string) =>
  (await readdir(dirname(folder))).filter((name) => name.startsWith('holdfast-client')).sort();

test('the kept .tar.gz is laid out beside what is left of the client and takes its place, without a network', async (context) => {
  const { network, asked } = packageNetwork(client);
  const { again, keep, picture, path, folder, started } = await rescueWorld(context, client, network);
  const before = await picture();
  await keep('tar.gz');
  await rm(path('launcher'), { recursive: true });
  await writeFile(path('runtime/node'), 'half');
  await writeFile(path('left-over'), '');
  assert.equal(await again(), 'kept package');
  assert.deepEqual(await picture(), before);
  assert.deepEqual(await beside(folder), ['holdfast-client']);
  assert.deepEqual([asked, started], [[], []]);
});

test("a kept package that is damaged or gone is fetched from the site, with the machine's own certificate", async (context) => {
  const kept = client.packages.get('tar.gz')?.about;
  assert.ok(kept);
  for (const damage of ['changed', 'gone', 'all gone'] as const) {
    const { network, asked } = packageNetwork(client);
    const { again, keep, picture, path, state, shown } = await rescueWorld(context, client, network);
    const before = await picture();
    await keep('tar.gz');
    const file = `${state}/package/${kept.name}`;
    if (damage === 'changed') await writeFile(file, (await readFile(file)).fill(0, 50, 60));
    else await rm(damage === 'gone' ? file : `${state}/package`, { recursive: true });
    await rm(path('launcher/launcher.mjs'));
    assert.equal(await again(), 'site', damage);
    assert.deepEqual(await picture(), before);
    assert.equal(asked.at(-1), `${mpPaths.clientPackages}/${kept.sha256}`);
    assert.deepEqual(shown[0], {
      authorities: [authority],
      certificate: 'PEM of the certificate',
      privateKey: 'PEM of the key',
    });
  }
});

test('without its key it still believes none but its own site, and shows nothing', async (context) => {
  const { network } = packageNetwork(client);
  const { again, state, shown } = await rescueWorld(context, client, network);
  await rm(`${state}/keys/own.key`);
  assert.equal(await again(), 'site');
  assert.deepEqual(shown[0], { authorities: [authority] });
});

test('what is not the package, or not of the installed version, or below the floor, changes nothing', async (context) => {
  const raised = standIn({ keys, version: '2.0.0' });
  const refused: [StandIn, ((body: Buffer) => Buffer) | undefined, StandIn | undefined, string][] = [
    [client, (body) => Buffer.from(body).fill(0, 100, 200), undefined, 'content.hash-mismatch'],
    [client, (body) => Buffer.concat([body, body]), undefined, 'content.hash-mismatch'],
    [raised, undefined, undefined, 'release.missing'],
    [{ ...raised, version: client.version }, undefined, undefined, 'release.missing'],
    [standIn(), undefined, undefined, 'release.untrusted'],
    [client, undefined, raised, 'setup.prerequisite'],
  ];
  for (const [offered, bend, kept, code] of refused) {
    const { network } = packageNetwork(offered, bend);
    const { again, keep, picture, path, folder, started } = await rescueWorld(context, client, network);
    if (kept) await keep('tar.gz', kept);
    await rm(path('launcher/launcher.mjs'));
    const broken = await picture();
    await assert.rejects(again(), { code });
    assert.deepEqual(await picture(), broken);
    assert.deepEqual([await beside(folder), started], [['holdfast-client'], []]);
  }
});

test('a network that is paid by volume or away is not used', async (context) => {
  for (const link of [
    { up: true, metered: true },
    { up: false, metered: false },
  ]) {
    const { network, asked } = packageNetwork(client);
    const links = { state: async () => link };
    const { again, keep } = await rescueWorld(context, client, network, { links });
    await assert.rejects(again(), { code: 'content.not-found' });
    assert.deepEqual(asked, []);
    await keep('tar.gz');
    assert.equal(await again(), 'kept package');
  }
});

test('a download that comes to no end is given up', async (context) => {
  const slept: number[] = [];
  const begun = Promise.withResolvers<void>();
  const near = packageNetwork(client).network;
  const forever: Network['request'] = async (wanted) => {
    if (!wanted.url.includes(mpPaths.clientPackages)) return await near.request(wanted);
    return await new Promise((_, reject) => {
      wanted.signal?.addEventListener('abort', () => reject(wanted.signal?.reason), { once: true });
      begun.resolve();
    });
  };
  const clock: RescuePorts['clock'] = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async (ms) => {
      slept.push(ms);
      await begun.promise;
    },
  };
  const { again } = await rescueWorld(context, client, { request: forever }, { clock });
  await assert.rejects(again(), { code: 'network.timeout' });
  assert.deepEqual(slept, [20 * 60_000]);
});

test('the package of an installer goes through that installer, and nothing runs beside a set-up', async (context) => {
  const { network } = packageNetwork(client);
  const { again, keep, started, state } = await rescueWorld(context, client, network);
  await keep('deb');
  const alone = async () => {
    throw new HoldfastError('setup.running', 'A set-up is under way.');
  };
  await assert.rejects(again({ alone }), { code: 'setup.running' });
  assert.deepEqual(started, []);
  assert.equal(await again(), 'kept package');
  const lines = started.map(({ program, arguments: words }) => [program, words]);
  assert.deepEqual(lines, [['dpkg', ['--install', `${state}/package/holdfast-client-1.0.0.deb`]]]);
});

test('a dead client whose package is gone is fetched anew after two starts; what failed stands in the record with its code', async (context) => {
  const away: Network['request'] = async () => {
    throw new HoldfastError('network.unreachable', 'The site is away.');
  };
  const near = packageNetwork(client).network;
  let isNear = false;
  const request: Network['request'] = (wanted) => (isNear ? near.request(wanted) : away(wanted));
  const { ports, options, state, picture, path, folder } = await rescueWorld(context, client, { request });
  const before = await picture();
  await rm(path('launcher'), { recursive: true });
  const run = (): Promise<RescueReport> => rescue(ports, { ...options, folder: state });
  const decided: string[] = [];
  for (let hour = 0; hour < 6; hour += 1) {
    isNear = hour > 3;
    const { decision } = await run();
    decided.push(decision.kind === 'act' ? decision.act : decision.kind);
  }
  assert.deepEqual(decided, ['start', 'start', 'reinstall', 'start', 'reinstall', 'start']);
  assert.deepEqual(await picture(), before);
  assert.deepEqual(await beside(folder), ['holdfast-client']);
  const record = await recordOf(ports, state);
  assert.deepEqual(
    record.acts.map(({ error }) => error),
    [undefined, undefined, 'network.unreachable', undefined, undefined, undefined],
  );
  const names = await readdir(`${state}/rescue/spool`);
  const told = await Promise.all(names.map((name) => readFile(`${state}/rescue/spool/${name}`, 'utf8')));
  assert.match(told.join('\n'), /that failed: The site is away/);
  assert.match(told.join('\n'), /from a package that it fetched from the site/);
  // From now on it is tried less and less often, the network near or not.
  assert.equal((await run()).decision.kind, 'waits');
});

async function recordOf(ports: RescuePorts, state: string) {
  const folder = await ports.disk.open(`${state}/rescue`);
  const journal = await openRecord(folder);
  await journal.close();
  await folder.close();
  return journal.state;
}
