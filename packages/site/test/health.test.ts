/** The health of clients as the site sees it: the newest evaluation, its history, the counts, and silence. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ClientDetail,
  type ClientHealth,
  type HealthClient,
  type HealthFinding,
  type HealthHistoryRow,
  type HealthOverview,
  type HealthReport,
  mpPaths,
  type Overview,
  type Page,
} from '@holdfast/contract';
import { historyLimit } from '../src/health/store.ts';
import { type ConsoleSite, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { ask, assertCode, enrolClient, type TestClient } from './support/site.ts';

const day = 86_400_000;
const ok = (check: HealthFinding['check']): HealthFinding => ({
  check,
  state: 'ok',
  reason: 'as it should be',
});
const evaluation = (change: Partial<HealthReport> = {}): HealthReport => ({
  evaluatedAt: 1,
  occasion: 'daily',
  clientVersion: '1.0.0',
  findings: [ok('service'), { ...ok('component'), component: 'core' }],
  ...change,
});

const suites = [
  { name: 'SQLite', postgres: false, skip: false },
  { name: 'PostgreSQL', postgres: true, skip: postgresMissing ?? false },
];

for (const { name, postgres, skip } of suites) {
  describe(`health on ${name}`, { skip }, () => {
    let site: ConsoleSite;
    let stopDatabase: (() => Promise<void>) | undefined;
    before(async () => {
      if (!postgres) {
        site = await openConsoleSite();
        return;
      }
      const { url, stop } = await startPostgres();
      stopDatabase = stop;
      site = await openConsoleSite({ databaseUrl: url });
    });
    after(async () => {
      await site?.close();
      await stopDatabase?.();
    });

    const tell = (client: TestClient, body: unknown) =>
      ask(site.site, mpPaths.health, { identity: client, body });
    const healthOf = async ({ id }: TestClient) =>
      (await site.call<ClientHealth>('GET', `/clients/${id}/health`)).body;
    const namesIn = async (query: string) =>
      (await site.call<Page<HealthClient>>('GET', `/health/clients${query}`)).body.items.map(
        ({ hostName }) => hostName,
      );
    const counts = async () => (await site.call<HealthOverview>('GET', '/health')).body;
    const failing = evaluation({
      evaluatedAt: 2,
      findings: [
        { check: 'service', state: 'failed', reason: 'it is <b>gone</b>\u0000', error: 'system.failed' },
        { check: 'component', component: 'core', state: 'remedied', reason: 'damaged', remedy: 'restored' },
        ok('disk'),
      ],
    });
    let well: TestClient;
    let ill: TestClient;
    let quiet: TestClient;

    test('evaluations need the certificate of a client, and the shape of the contract', async () => {
      well = await enrolClient(site.site, { hostName: 'well' });
      ill = await enrolClient(site.site, { hostName: 'ill' });
      quiet = await enrolClient(site.site, { hostName: 'quiet' });
      assertCode(await ask(site.site, mpPaths.health, { body: evaluation() }), 401, 'certificate.required');
      assertCode(await tell(well, { ...evaluation(), extra: 1 }), 400, 'request.invalid');
      assertCode(
        await tell(well, evaluation({ findings: Array(101).fill(ok('disk')) })),
        400,
        'request.invalid',
      );
      const unheard = await healthOf(well);
      assert.deepEqual(unheard, { state: 'unknown', silent: false, receivedAt: null, report: null });
    });

    test('the newest evaluation is kept whole, and the counts are of it alone', async () => {
      assert.equal((await tell(well, evaluation())).status, 204);
      assert.equal((await tell(ill, evaluation())).status, 204);
      assert.equal((await tell(ill, failing)).status, 204);
      const { state, report } = await healthOf(ill);
      assert.equal(state, 'failed');
      assert.deepEqual(report, failing);
      const detail = await site.call<ClientDetail>('GET', `/clients/${ill.id}`);
      assert.deepEqual(detail.body.health.report, failing);
      const { clients, checks } = await counts();
      assert.deepEqual(clients, { total: 3, well: 1, remedied: 0, failed: 1, silent: 0, unknown: 1 });
      assert.deepEqual(
        checks.find(({ check }) => check === 'service'),
        { check: 'service', component: '', ok: 1, remedied: 0, failed: 1, notApplicable: 0 },
      );
      assert.deepEqual(
        checks.find(({ check }) => check === 'component'),
        { check: 'component', component: 'core', ok: 1, remedied: 1, failed: 0, notApplicable: 0 },
      );
    });

    test('clients are found by state and by check, page after page', async () => {
      assert.deepEqual(await namesIn(''), ['ill', 'quiet', 'well']);
      assert.deepEqual(await namesIn('?state=failed'), ['ill']);
      assert.deepEqual(await namesIn('?state=well'), ['well']);
      assert.deepEqual(await namesIn('?state=unknown'), ['quiet']);
      assert.deepEqual(await namesIn('?check=component'), ['ill']);
      assert.deepEqual(await namesIn('?check=disk'), []);
      const page = (await site.call<Page<HealthClient>>('GET', '/health/clients?limit=2')).body;
      assert.deepEqual([page.items.length, page.total], [2, 3]);
      assert.deepEqual(await namesIn(`?limit=2&cursor=${page.next}`), ['well']);
      const listed = await site.call<Page<{ hostName: string }>>('GET', '/clients?health=failed');
      assert.deepEqual([listed.body.total, listed.body.items[0]?.hostName], [1, 'ill']);
    });

    test('an evaluation that is sent again is no second one, and the history is bounded', async () => {
      await tell(ill, failing);
      const history = async () =>
        (await site.call<Page<HealthHistoryRow>>('GET', `/clients/${ill.id}/health/history`)).body;
      const first = await history();
      assert.equal(first.total, 2);
      assert.deepEqual(first.items[0]?.findings, failing.findings.slice(0, 2));
      for (let time = 10; time < 10 + historyLimit; time += 1)
        await tell(ill, { ...failing, evaluatedAt: time });
      const { items, total } = await history();
      assert.deepEqual([total, items.at(-1)?.evaluatedAt], [historyLimit, 10]);
    });

    test('three days without an evaluation make a client silent, whatever its last one said', async () => {
      site.site.clock.forward(3 * day + 1_000);
      await tell(well, evaluation({ evaluatedAt: 99 }));
      const { clients } = await counts();
      assert.deepEqual(clients, { total: 3, well: 1, remedied: 0, failed: 0, silent: 2, unknown: 0 });
      assert.deepEqual(await namesIn('?state=silent'), ['ill', 'quiet']);
      const { silent, state } = await healthOf(ill);
      assert.deepEqual([silent, state], [true, 'silent']);
      const { body } = await site.call<Page<HealthClient>>('GET', '/health/clients');
      assert.deepEqual(
        body.items.map((row) => row.state),
        ['silent', 'silent', 'well'],
      );
      const overview = (await site.call<Overview>('GET', '/overview')).body;
      assert.deepEqual([overview.clients.silent, overview.clients.unhealthy], [2, 0]);
    });

    test('a revoked client counts nowhere', async () => {
      await site.call('DELETE', `/clients/${quiet.id}/certificate`);
      assert.deepEqual(await namesIn('?state=silent'), ['ill']);
      assert.equal((await counts()).clients.total, 2);
      assertCode(await tell(quiet, evaluation()), 403, 'certificate.revoked');
    });
  });
}
