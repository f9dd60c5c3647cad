/** The site as the source of good copies: asked only where the kept package does not do, and never for another version. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { mpPaths } from '@holdfast/contract';
import {
  fetchKeptPackage,
  isWhole,
  lookAtKeptPackage,
  ofPackage,
  repairComponents,
  seedBeside,
} from '../src/components/index.ts';
import { type Installed, installed } from './support/installed.ts';
import { siteOf } from './support/package-site.ts';
import { newKeys, type StandIn, standIn } from './support/stand-in.ts';

const keys = newKeys();
const client = standIn({ keys });

test('where no package is kept it comes from the site, and is kept from then on', async (context) => {
  const { site, asked } = siteOf(client);
  const made = await installed(context, { site }, client);
  const before = await made.picture();
  await rm(made.path('seed/software/software.mjs'));
  const report = await repairComponents(made.installation);
  assert.deepEqual(
    report.restored.map(({ from }) => from),
    ['site'],
  );
  assert.deepEqual(await made.picture(), before);
  assert.equal(asked.length, 2);
  assert.equal((await lookAtKeptPackage(made.installation)).trouble, undefined);
  await rm(made.path('bin/holdfast-client'));
  const again = await repairComponents(made.installation);
  assert.deepEqual(
    again.restored.map(({ from }) => from),
    ['kept package'],
  );
  assert.equal(asked.length, 2);
});

test('a kept package that is damaged is fetched again by its hash', async (context) => {
  const { site, asked } = siteOf(client);
  const made = await installed(context, { site }, client);
  await made.keep('deb');
  const name = `${made.state}/package/holdfast-client-1.0.0.deb`;
  const bytes = await readFile(name);
  await writeFile(name, bytes.subarray(0, bytes.length >> 1));
  await rm(made.path('seed/software/software.mjs'));
  const report = await repairComponents(made.installation);
  assert.ok(isWhole(report.after), JSON.stringify(report));
  assert.deepEqual(asked, [`${mpPaths.clientPackages}/${client.packages.get('deb')?.about.sha256}`]);
  assert.deepEqual(await readFile(name), bytes);
});

test('a site that has another version gives nothing: a repair is no upgrade', async (context) => {
  const { site } = siteOf(standIn({ keys, version: '2.0.0' }));
  const made = await installed(context, { site }, client);
  await rm(made.path('seed/software/software.mjs'));
  const { restored, troubles } = await repairComponents(made.installation);
  assert.deepEqual([restored.length, troubles[0]?.error], [0, 'release.missing']);
});

test('a site that answers with another version than was asked for gives nothing either', async (context) => {
  const newer = standIn({ keys, version: '2.0.0' });
  const { site } = siteOf({ ...newer, version: client.version });
  const made = await installed(context, { site }, client);
  await rm(made.path('seed/software/software.mjs'));
  const { restored, troubles } = await repairComponents(made.installation);
  assert.deepEqual([restored.length, troubles[0]?.error], [0, 'release.missing']);
});

test('what a site sends in place of the package is refused before anything is written from it', async (context) => {
  for (const [bend, error] of [
    [(body: Buffer) => Buffer.from(body).fill(0, 100, 200), 'content.hash-mismatch'],
    [(body: Buffer) => Buffer.concat([body, body]), 'content.hash-mismatch'],
    [(body: Buffer) => body.subarray(0, 0), 'network.unreachable'],
  ] as const) {
    const { site } = siteOf(client, bend);
    const made = await installed(context, { site }, client);
    await rm(made.path('seed/software/software.mjs'));
    const broken = await made.picture();
    const { troubles, unrestored } = await repairComponents(made.installation);
    assert.deepEqual([troubles.map((one) => one.error), unrestored.length], [[error], 1]);
    assert.deepEqual(await made.picture(), broken);
  }
});

test('a release that another key has signed is not believed', async (context) => {
  const { site } = siteOf(standIn());
  const made = await installed(context, { site }, client);
  await rm(made.path('seed/software/software.mjs'));
  const { troubles, restored } = await repairComponents(made.installation);
  assert.deepEqual([troubles[0]?.error, restored.length], ['release.untrusted', 0]);
});

test('a record that is lost is made anew from the signed release beside the package, and nothing is fetched', async (context) => {
  const { site, asked } = siteOf(client);
  const made = await installed(context, { site }, client);
  await made.keep('deb');
  await rm(`${made.state}/package/package.json`);
  await fetchKeptPackage(made.installation, undefined);
  assert.equal((await lookAtKeptPackage(made.installation)).trouble, undefined);
  assert.deepEqual(asked, []);
});

test('below the floor of anything that was ever set up here nothing is fetched', async (context) => {
  const raised = standIn({ keys, version: '2.0.0' });
  for (const file of ['package.json', 'release.json']) {
    const { site, asked } = siteOf(client);
    const made = await installed(context, { site }, client);
    await made.keep('deb', raised);
    await rm(`${made.state}/package/${file}`);
    await assert.rejects(fetchKeptPackage(made.installation, undefined), { code: 'setup.prerequisite' });
    assert.deepEqual(
      asked.filter((path) => path.startsWith(mpPaths.clientPackages)),
      [],
    );
  }
});

/** A client that runs version 1.0.0 out of its state folder, above a package that brought another. */
async function besideItsPackage(context: TestContext, brought: StandIn, kept: StandIn): Promise<Installed> {
  const { site } = siteOf(brought);
  const made = await installed(context, { site }, brought);
  await made.keep('deb', kept);
  const place = { installFolder: made.folder, versionFolder: join(made.state, 'versions', '1.0.0') };
  return { ...made, installation: { ...made.installation, place, version: '1.0.0' } };
}

test('a newer package that was installed by hand is not mended back to the one that is kept', async (context) => {
  const newer = standIn({ keys, version: '2.0.0' });
  const made = await besideItsPackage(context, newer, client);
  const before = await made.picture();
  const { restored, after } = await repairComponents(made.installation, { names: ['launcher'] });
  assert.deepEqual([restored, isWhole(after)], [[], true]);
  const seed = await seedBeside(made.installation);
  assert.ok(seed);
  assert.ok(isWhole((await repairComponents(seed)).after));
  assert.deepEqual(await made.picture(), before);
  assert.equal((await lookAtKeptPackage(made.installation)).trouble, 'it is of version 1.0.0, not 2.0.0');
  await fetchKeptPackage(await ofPackage(made.installation), undefined);
  const { record, trouble } = await lookAtKeptPackage(made.installation);
  assert.deepEqual([record?.version, trouble], ['2.0.0', undefined]);
  const kept = await readdir(join(made.state, 'package'));
  assert.deepEqual(kept.sort(), ['holdfast-client-2.0.0.deb', 'package.json', 'release.json']);
});

test('an older package that lies where a newer one is kept is mended from that', async (context) => {
  const newer = standIn({ keys, version: '2.0.0' });
  const made = await besideItsPackage(context, client, newer);
  const seed = await seedBeside(made.installation);
  assert.ok(seed);
  const { restored, after } = await repairComponents(seed);
  assert.ok(restored.length > 0 && isWhole(after), JSON.stringify(after));
  assert.equal(after[0]?.version, '2.0.0');
});
