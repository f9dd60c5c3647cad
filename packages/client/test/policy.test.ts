/** Policy: applied only when it is the site's, for this client, newer, and whole. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { mpPaths, seal, sha256 } from '@holdfast/contract';
import { enrolled, type Rig, sentences } from './support/rig.ts';

/** A client with one policy applied; answers the function that replaces the site's policy. */
async function withPolicy(rig: Rig): Promise<(body: string) => () => void> {
  rig.site.deploy(rig.app());
  await rig.client().cycle();
  return (body) => rig.site.bend((_, path) => (path === mpPaths.policy ? { status: 200, body } : undefined));
}

async function isRefused(rig: Rig, code: string): Promise<void> {
  const before = rig.client().status();
  assert.equal((await rig.client().cycle()).checkIn, 'refused');
  assert.match(sentences(rig).at(-1) ?? '', new RegExp(`Policy refused \\(${code}\\)`));
  assert.deepEqual(rig.client().status(), before);
  const said = rig.site.received.length;
  await rig.client().cycle();
  assert.equal(rig.site.received.length, said, 'the same refusal is reported once');
}

test('an unchanged policy is answered by 304 and changes nothing', async (t) => {
  const rig = await enrolled(t);
  await withPolicy(rig);
  assert.equal((await rig.client().cycle()).checkIn, 'unchanged');
  const asked = rig.site.requests.filter((request) => request.url.endsWith(mpPaths.policy)).at(-1);
  assert.equal(asked?.headers?.['if-none-match'], `"${sha256(rig.site.index())}"`);
});

test('a policy signed by another key is refused and the last good one stays', async (t) => {
  const rig = await enrolled(t);
  const replace = await withPolicy(rig);
  const { payload } = JSON.parse(rig.site.index({ serial: 9 }));
  const { privateKey } = generateKeyPairSync('ed25519');
  replace(JSON.stringify(seal('holdfast/policy-index', payload, privateKey)));
  await isRefused(rig, 'policy.untrusted');
});

test('a policy with a changed byte is refused', async (t) => {
  const rig = await enrolled(t);
  const replace = await withPolicy(rig);
  replace(rig.site.index({ serial: 9 }).replace('\\"serial\\":9', '\\"serial\\":8'));
  await isRefused(rig, 'policy.untrusted');
});

test('an older index replayed is refused as stale, and so is another one with the same serial', async (t) => {
  const rig = await enrolled(t);
  const replace = await withPolicy(rig);
  rig.site.deploy(rig.app());
  await rig.client().cycle();
  const mend = replace(rig.site.index({ serial: 1 }));
  await isRefused(rig, 'policy.stale');
  mend();
  replace(rig.site.index({ issuedAt: 5 }));
  await isRefused(rig, 'policy.stale');
});

test('a policy for another client or of another site is refused', async (t) => {
  const rig = await enrolled(t);
  const replace = await withPolicy(rig);
  const mend = replace(rig.site.index({ serial: 9, clientId: rig.app().deploymentId }));
  await isRefused(rig, 'policy.untrusted');
  mend();
  replace(rig.site.index({ serial: 9, siteCode: 'XYZ' }));
  await isRefused(rig, 'policy.untrusted');
});

test('an assignment that is not what the index names makes the whole policy refused', async (t) => {
  const rig = await enrolled(t);
  await withPolicy(rig);
  rig.site.deploy(rig.app({ package: { ...rig.app().package, version: '2.0' } }));
  rig.site.bend((_, path) =>
    path.startsWith(mpPaths.assignments) ? { status: 200, body: JSON.stringify(rig.app()) } : undefined,
  );
  await isRefused(rig, 'policy.untrusted');
});

test('a page of a proxy in place of the policy is refused', async (t) => {
  const rig = await enrolled(t);
  const replace = await withPolicy(rig);
  replace('<html>Please sign in to the guest network</html>');
  await isRefused(rig, 'policy.untrusted');
});

test('a site that cannot be reached loses nothing, and its policy is applied when it is back', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app());
  const mend = rig.site.bend(() => ({ status: 503, headers: { 'retry-after': '600' } }));
  const report = await rig.client().cycle();
  assert.equal(report.problems[0]?.code, 'site.unavailable');
  assert.equal(report.wakeAt, rig.clock.monotonic() + 600_000);
  mend();
  rig.clock.advance(600_000);
  assert.equal((await rig.client().cycle()).checkIn, 'applied');
  assert.ok(rig.installed());
});
