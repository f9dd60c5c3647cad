/** The site's keys, and a site as a whole: made once, refused twice, its certificates renewed in time. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { createSite, startSite } from '../src/index.ts';
import { startTestSite, temporaryFolder } from './support/site.ts';

const days = 86_400_000;

describe("the site's keys and certificates", () => {
  test('keys are for their owner only and the same after a restart', async () => {
    await using site = await startTestSite();
    const keys = join(site.options.dataFolder, 'keys');
    const names = await readdir(keys);
    assert.deepEqual(names.sort(), [
      'authority.crt',
      'authority.key',
      'policy.key',
      'server.crt',
      'server.key',
    ]);
    for (const name of names) assert.equal((await stat(join(keys, name))).mode & 0o777, 0o600, name);
    const { policyKeyId } = site.running.context.trust;
    await site.restart();
    assert.equal(site.running.context.trust.policyKeyId, policyKeyId);
  });

  test('the authority is for ten years and signs the certificate of the names that were given', async () => {
    await using site = await startTestSite({ hostNames: ['site.example', '10.0.0.5'] });
    const { trust } = site.running.context;
    const authority = new X509Certificate(trust.authorities[0] ?? '');
    assert.equal(authority.ca, true);
    assert.ok(Date.parse(authority.validTo) - site.clock.now() > 3649 * days);
    const keys = join(site.options.dataFolder, 'keys');
    const server = new X509Certificate(await readFile(join(keys, 'server.crt')));
    assert.ok(server.verify(authority.publicKey));
    assert.ok(server.checkHost('site.example') && server.checkIP('10.0.0.5') && server.checkIP('127.0.0.1'));
  });

  test("the server's certificate stays until a third of its life is left, or a name is missing", async () => {
    await using site = await startTestSite();
    const { trust } = site.running.context;
    const first = await trust.server(['localhost']);
    site.clock.forward(240 * days);
    assert.equal((await trust.server(['localhost'])).certificate, first.certificate);
    assert.notEqual((await trust.server(['localhost', 'other.example'])).certificate, first.certificate);
    const second = await trust.server(['localhost']);
    site.clock.forward(250 * days);
    assert.notEqual((await trust.server(['localhost'])).certificate, second.certificate);
  });
});

describe('a site', () => {
  test('a second one in the same folder is refused', async () => {
    await using site = await startTestSite();
    await assert.rejects(createSite(site.options), (thrown) => isHoldfastError(thrown, 'site.exists'));
  });

  test('a folder without a site, and a code that is none, are named', async () => {
    await using site = await startTestSite();
    const folder = await temporaryFolder();
    const options = { ...site.options, dataFolder: folder };
    await assert.rejects(startSite(options), (thrown) => isHoldfastError(thrown, 'site.missing'));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.db')),
      [],
    );
    await assert.rejects(createSite({ ...options, siteCode: 'toolong' }), (thrown) =>
      isHoldfastError(thrown, 'site.config-invalid'),
    );
    await rm(folder, { recursive: true });
  });

  test('a port that is taken is named, and nothing stays open', async () => {
    await using site = await startTestSite();
    const port = Number(new URL(site.running.managementPointUrl).port);
    const taken = { host: '127.0.0.1', port };
    await assert.rejects(startSite({ ...site.options, managementPoint: taken }), (thrown) =>
      isHoldfastError(thrown, 'port.in-use'),
    );
    await assert.rejects(startSite({ ...site.options, console: taken }), (thrown) =>
      isHoldfastError(thrown, 'port.in-use'),
    );
  });
});
