/** What the second starter tells a real site where no client lives that could, and what it does where the site is away. */
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type RescuePorts, rescue } from '@holdfast/client';
import type { ClientDetail, HealthReport } from '@holdfast/contract';
import type { StarterState } from '@holdfast/ports';
import { runClientProgram } from '../src/client/program.ts';
import { thisMachine } from '../src/this-machine.ts';
import { startTestSite, surroundings, type TestSite } from './support.ts';

let site: TestSite;
const machine = thisMachine();
before(async () => {
  site = await startTestSite();
});
after(async () => {
  machine.close();
  await site.close();
});

async function enrolled(name: string): Promise<{ folder: string; clientId: string }> {
  const folder = join(site.folder, name);
  await mkdir(join(folder, 'root'), { recursive: true });
  const { token } = (await site.json('token', 'create', '--label', name)) as { token: string };
  const said = { out: '', error: '' };
  const address = site.site.managementPointUrl;
  const words = ['enrol', '--json', '--site', address, '--token', token, '--folder', folder];
  const code = await runClientProgram([...words, '--root', join(folder, 'root')], surroundings(said));
  assert.equal(code, 0, said.error);
  return { folder, clientId: JSON.parse(said.out).clientId };
}

/** A service that is defined and does not start, whatever is done; waits are over at once. */
function deadClient(): RescuePorts {
  const state: StarterState = {
    present: true,
    asDefined: true,
    enabled: true,
    active: false,
    reason: 'it ends',
  };
  const nothing = async () => undefined;
  let waited = 0;
  return {
    ...machine,
    boot: { ...machine.boot, settled: async () => ({ ready: true }) },
    installers: { ...machine.installers, idle: async () => ({ ready: true }) },
    clock: {
      ...machine.clock,
      monotonic: () => machine.clock.monotonic() + waited,
      sleep: async (ms) => {
        waited += ms;
      },
    },
    starters: {
      look: async (name) => (name === 'second' ? { ...state, active: true, reason: '' } : state),
      define: nothing,
      start: nothing,
      restart: async () => undefined,
      stop: nothing,
      remove: nothing,
      answers: async () => false,
    },
  };
}

const run = (folder: string, address: string) =>
  rescue(deadClient(), {
    folder,
    installFolder: join(folder, 'none'),
    site: address,
    version: '1.0.0',
    releaseKey: undefined,
  });

async function healthOf(clientId: string): Promise<HealthReport | null> {
  const { health } = (await site.json('client', 'show', clientId)) as ClientDetail;
  return health.report;
}

test('a client that does not live again is reported to its site, with its own certificate', async () => {
  const { folder, clientId } = await enrolled('dead');
  assert.equal(await healthOf(clientId), null);
  const { decision, outcome } = await run(folder, site.site.managementPointUrl);
  assert.deepEqual([decision.kind === 'act' && decision.act, outcome?.lives], ['start', false]);
  const told = await healthOf(clientId);
  assert.equal(told?.occasion, 'rescue');
  const [finding] = told.findings;
  assert.deepEqual(
    [finding?.check, finding?.state, finding?.remedy],
    ['service', 'failed', 'started the client'],
  );
  assert.match(finding?.reason ?? '', /the service does not run: it ends/);
  // The client that comes back one day tells it once more, as a message with its own number.
  assert.equal((await readdir(join(folder, 'rescue', 'spool'))).length, 1);
});

test('what a site that was away has not heard is told with the next run, and then no more', async () => {
  const { folder, clientId } = await enrolled('unheard');
  await run(folder, 'https://127.0.0.1:1');
  assert.equal(await healthOf(clientId), null);
  await run(folder, site.site.managementPointUrl);
  const told = await healthOf(clientId);
  assert.equal(told?.occasion, 'rescue');
  // The third try adds why nothing is installed anew.
  await run(folder, site.site.managementPointUrl);
  const last = await healthOf(clientId);
  assert.match(last?.findings[0]?.reason ?? '', /cannot be installed anew/);
  await run(folder, site.site.managementPointUrl);
  assert.deepEqual(await healthOf(clientId), last);
});
