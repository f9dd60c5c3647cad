/** `holdfast-client health` against a real site: asked of the running client, looked at by another process, told to the site. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HealthReport } from '@holdfast/contract';
import { runClientProgram } from '../src/client/program.ts';
import type { Surroundings } from '../src/terminal.ts';
import { type Outcome, startTestSite, surroundings, type TestSite } from './support.ts';

let site: TestSite;

before(async () => {
  site = await startTestSite();
});
after(() => site.close());

async function client(words: readonly string[], other: Partial<Surroundings> = {}): Promise<Outcome> {
  const said = { out: '', error: '' };
  const code = await runClientProgram(words, surroundings(said, other));
  return { code, ...said };
}

async function enrolled(name: string): Promise<{ folder: string; clientId: string }> {
  const folder = join(site.folder, name);
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const { token } = (await site.json('token', 'create', '--label', name)) as { token: string };
  const at = ['--site', site.site.managementPointUrl, '--token', token, '--folder', folder, '--root', root];
  const { code, out, error } = await client(['enrol', '--json', ...at]);
  assert.equal(code, 0, error);
  return { folder, clientId: JSON.parse(out).clientId };
}

function stateOf({ findings }: HealthReport, check: string): string | undefined {
  return findings.find((finding) => finding.check === check)?.state;
}

/** What the site knows of a client's health, as soon as it is there. */
async function atSite(clientId: string): Promise<{ report: HealthReport }> {
  for (;;) {
    const { health } = (await site.json('client', 'show', clientId)) as {
      health: { report: HealthReport } | null;
    };
    if (health) return health;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a client that never evaluated itself says so, and is not counted as well', async () => {
  const { folder } = await enrolled('new');
  const { code, out } = await client(['health', '--folder', folder]);
  assert.equal(code, 1);
  assert.match(out, /has not evaluated itself yet/);
});

test('a client that does not run is evaluated here: all is well, or the exit code says no', async () => {
  const { folder } = await enrolled('still');
  const { code, out, error } = await client(['health', '--evaluate', '--json', '--folder', folder]);
  assert.equal(code, 0, out + error);
  const report = JSON.parse(out) as HealthReport;
  for (const check of ['disk', 'journal', 'certificate']) assert.equal(stateOf(report, check), 'ok', check);
  const [name = ''] = [
    ...(await readFile(join(folder, 'keys/identity.json'), 'utf8')).matchAll(/[0-9a-f-]{36}\.key/g),
  ].map(String);
  await rm(join(folder, 'keys', name));
  const without = await client(['health', '--evaluate', '--folder', folder]);
  assert.equal(without.code, 1, without.out);
  assert.match(without.out, /certificate +failed +the private key cannot be read/);
  const last = await client(['health', '--json', '--folder', folder]);
  assert.equal(last.code, 1);
  assert.equal(stateOf(JSON.parse(last.out), 'certificate'), 'failed');
});

test('the running client evaluates itself when asked, mends what it can, and its site has the report', async () => {
  const { folder, clientId } = await enrolled('running');
  const stop = new AbortController();
  const running = client(['run', '--json', '--folder', folder], { stopped: stop.signal });
  try {
    // Within its first contact the copy of its identity is there; then it is lost.
    let serial = '';
    while (!/"policySerial": \d/.test(serial)) {
      serial = (await client(['status', '--json', '--folder', folder])).out;
    }
    await rm(join(folder, 'keys/identity.json'));
    const { code, out, error } = await client(['health', '--evaluate', '--json', '--folder', folder]);
    assert.equal(code, 0, out + error);
    const report = JSON.parse(out) as HealthReport;
    assert.equal(report.occasion, 'request');
    assert.equal(stateOf(report, 'certificate'), 'remedied');
    assert.equal(stateOf(report, 'clock'), 'ok');
    assert.ok((await readFile(join(folder, 'keys/identity.json'))).length > 0);
    assert.deepEqual((await atSite(clientId)).report, report);
    assert.match((await site.run(['status', '--client', clientId])).out, /30042 .*Client repaired itself/);
  } finally {
    stop.abort();
    await running;
  }
});
