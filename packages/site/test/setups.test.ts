/** What machines tell of their set-up before they are clients. */
import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { after, before, test } from 'node:test';
import {
  isHoldfastError,
  mpPaths,
  type Page,
  type SetupDetail,
  type SetupReport,
  type SetupSummary,
} from '@holdfast/contract';
import { createSetupDesk } from '../src/setup/model.ts';
import { setupLimits } from '../src/setup/store.ts';
import { type ConsoleSite, openConsoleSite } from './support/console-site.ts';
import { ask, assertCode, enrolClient, tokenFor } from './support/site.ts';

let site: ConsoleSite;
const agent = new Agent({ keepAlive: true });
before(async () => {
  site = await openConsoleSite();
});
after(async () => {
  agent.destroy();
  await site.close();
});

function report(change: Partial<SetupReport> & Pick<SetupReport, 'setupId'>): SetupReport {
  const usual = { seq: 1, at: 5, phase: 'locate', moment: 'begins', hostName: 'new-01' } as const;
  return { ...usual, platform: 'linux', architecture: 'x64', intent: 'install', ...change };
}

const tell = (token: string, ...reports: SetupReport[]) =>
  ask(site.site, mpPaths.setup, { body: { token, reports }, agent });
const list = async (query = '') => (await site.call<Page<SetupSummary>>('GET', `/setups${query}`)).body;
const newId = () => site.context.entropy.uuid();

// The first: TLS knows no clock but the machine's, and later ones set that of the site forward.
test('an enrolled client tells of its repair with its certificate, and of no client but itself', async () => {
  const client = await enrolClient(site.site);
  const other = await enrolClient(site.site);
  const setupId = newId();
  const withCertificate = (...reports: SetupReport[]) =>
    ask(site.site, mpPaths.setup, { identity: client, body: { reports } });
  const repair = { setupId, intent: 'repair', phase: 'components', moment: 'ended' } as const;
  assert.equal((await withCertificate(report(repair))).status, 204);
  const { body } = await site.call<SetupDetail>('GET', `/setups/${setupId}`);
  assert.deepEqual([body.state, body.intent, body.clientId], ['succeeded', 'repair', client.id]);
  assertCode(await withCertificate(report({ ...repair, clientId: other.id })), 403, 'client.mismatch');
  const bare = await ask(site.site, mpPaths.setup, { body: { reports: [report(repair)] }, agent });
  assertCode(bare, 401, 'certificate.required');
  await site.call('DELETE', `/clients/${client.id}/certificate`);
  assertCode(await withCertificate(report({ ...repair, seq: 2 })), 403, 'certificate.revoked');
});

test('a set-up is seen from its first phase to its end, each report once and in order', async () => {
  const { token, id: tokenId } = await tokenFor(site.site);
  const setupId = newId();
  assert.equal((await tell(token, report({ setupId }))).status, 204);
  assert.equal((await list(`?tokenId=${tokenId}`)).items[0]?.state, 'running');
  const failing = report({
    setupId,
    seq: 2,
    moment: 'waits',
    error: 'network.unreachable',
    reason: 'no\u0000 way',
  });
  await tell(token, failing, report({ setupId }));
  await tell(token, failing);
  const [waiting] = (await list('?state=waiting')).items;
  assert.deepEqual(
    [waiting?.id, waiting?.error, waiting?.reason],
    [setupId, 'network.unreachable', 'no\ufffd way'],
  );
  const clientId = newId();
  await tell(
    token,
    report({ setupId, seq: 4, phase: 'components', moment: 'ended', version: '1.0.0', clientId }),
  );
  // Late, because it had to be sent again: the end stays the end.
  await tell(token, report({ setupId, seq: 3, phase: 'enrol' }));
  const { body } = await site.call<SetupDetail>('GET', `/setups/${setupId}`);
  assert.deepEqual([body.state, body.version, body.clientId], ['succeeded', '1.0.0', clientId]);
  assert.deepEqual(
    body.reports.map(({ seq }) => seq),
    [1, 2, 3, 4],
  );
});

test('a token that is spent, expired or revoked still may tell, an unknown one may not', async () => {
  const expired = await tokenFor(site.site, { lifetimeSeconds: 1 });
  const revoked = await tokenFor(site.site);
  await site.call('DELETE', `/tokens/${revoked.id}`);
  site.site.clock.forward(2_000);
  for (const { token } of [expired, revoked]) {
    const failed = report({ setupId: newId(), phase: 'enrol', moment: 'failed', error: 'token.expired' });
    assert.equal((await tell(token, failed)).status, 204);
  }
  assert.equal((await list('?state=failed')).total, 2);
  const unknown = `HF1.HF1.${'A'.repeat(43)}.${'B'.repeat(43)}`;
  assertCode(await tell(unknown, report({ setupId: newId() })), 403, 'token.unknown');
  assertCode(await tell('nonsense', report({ setupId: newId() })), 400, 'token.malformed');
});

test('an hour without a word makes a running set-up silent, and the next word makes it run again', async () => {
  const { token, id } = await tokenFor(site.site);
  const setupId = newId();
  await tell(token, report({ setupId }));
  site.site.clock.forward(3_600_001);
  const silent = await list(`?tokenId=${id}&state=silent`);
  assert.deepEqual([silent.total, silent.items[0]?.state], [1, 'silent']);
  assert.equal((await list(`?tokenId=${id}&state=running`)).total, 0);
  await tell(token, report({ setupId, seq: 2, phase: 'download' }));
  assert.equal((await list(`?tokenId=${id}&state=running`)).total, 1);
});

test('an uninstallation succeeds with the end of its own last phase', async () => {
  const { token, id } = await tokenFor(site.site);
  const done = { setupId: newId(), intent: 'uninstall', phase: 'install', moment: 'ended' } as const;
  await tell(token, report(done));
  assert.equal((await list(`?tokenId=${id}`)).items[0]?.state, 'succeeded');
});

test('no set-up has more reports, and no token more set-ups, than are kept', async () => {
  const { token, id } = await tokenFor(site.site);
  const setupId = newId();
  const most = setupLimits.reports;
  for (const start of [1, most + 1]) {
    await tell(token, ...Array.from({ length: most }, (_, index) => report({ setupId, seq: start + index })));
  }
  const { body } = await site.call<SetupDetail>('GET', `/setups/${setupId}`);
  assert.deepEqual([body.reports.length, body.reports[0]?.seq], [most, most + 1]);
  for (let batch = 0; batch < setupLimits.ofToken / 100; batch += 1) {
    const answer = await tell(token, ...Array.from({ length: 100 }, () => report({ setupId: newId() })));
    assert.equal(answer.status, 204, answer.text);
    site.site.clock.forward(1);
  }
  assert.equal((await list(`?tokenId=${id}&limit=1`)).total, setupLimits.ofToken);
  assert.equal((await site.call('GET', `/setups/${setupId}`)).status, 404);
});

test('a flood with one token is slowed down for a minute, others are not', async () => {
  const desk = createSetupDesk(site.context, 2);
  const flood = async ({ token }: { token: string }) => {
    for (let request = 0; request < 3; request += 1) {
      await desk.take(token, [report({ setupId: newId() })]);
    }
  };
  const [one, other] = [await tokenFor(site.site), await tokenFor(site.site)];
  await assert.rejects(flood(one), (thrown) => {
    return isHoldfastError(thrown, 'request.rate') && Number(thrown.details.retryAfter) > 0;
  });
  await desk.take(other.token, [report({ setupId: newId() })]);
  site.site.clock.forward(60_000);
  await desk.take(one.token, [report({ setupId: newId() })]);
});
