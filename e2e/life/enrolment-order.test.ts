/** An enrolment whose site cannot be reached is carried out by the service, as soon as the site is there. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { clientBundle, clientNode } from '../support/client.ts';
import { awaitStatus } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite } from '../support/site.ts';

const folder = temporaryFolder();
let main: string;

before(async () => {
  main = await clientBundle('packages/cli/src/holdfast-client.ts');
});
after(() => folder.remove());

/** A state folder with an order that could not be carried out, and what it takes to go on. */
async function ordered(name: string) {
  const dataFolder = join(folder.path, name, 'site');
  const { site, token } = await startTestSite({ dataFolder, pollSeconds: 60 });
  await site.close();
  const state = join(folder.path, name, 'client');
  const words = [
    '--site',
    site.managementPointUrl,
    '--token',
    token,
    '--root',
    folder.path,
    '--folder',
    state,
  ];
  await assert.rejects(
    promisify(execFile)(clientNode, [main, 'enrol', '--keep-trying', ...words]),
    /network\.unreachable/,
  );
  const order = join(state, 'enrolment.json');
  assert.equal(statSync(order).mode & 0o777, 0o600);
  const managementPort = Number(new URL(site.managementPointUrl).port);
  return {
    state,
    order,
    restart: () => startTestSite({ dataFolder, pollSeconds: 60, managementPort, isNew: false }),
  };
}

/** Runs the service until its work is done. */
async function withService(state: string, work: (service: ChildProcess) => Promise<void>): Promise<void> {
  const service = spawn(clientNode, [main, 'service', '--folder', state], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(service, 'exit');
  try {
    await work(service);
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
}

test('the service enrols by the order that was left, and the token goes with it', async () => {
  const { state, order, restart } = await ordered('late');
  const { site, api } = await restart();
  try {
    await withService(state, async () => {
      await awaitStatus(site, api, 30001);
      await awaitStatus(site, api, 30002);
    });
    assert.equal(existsSync(order), false);
    assert.equal(
      JSON.parse(readFileSync(join(state, 'settings.json'), 'utf8')).site,
      site.managementPointUrl,
    );
  } finally {
    await site.close();
  }
});

test('an order that the site refuses for good is tried no more, keeps no token, and status says why', async () => {
  const { state, order, restart } = await ordered('refused');
  const { site, api } = await restart();
  try {
    const { items } = await api.get<{ items: { id: string; label: string }[] }>('/tokens');
    for (const { id } of items) await api.remove(`/tokens/${id}`);
    await withService(state, async ({ stderr }) => {
      assert.ok(stderr);
      for await (const line of createInterface({ input: stderr })) if (line.includes('enrolment:')) break;
    });
    const left = JSON.parse(readFileSync(order, 'utf8'));
    assert.equal(left.token, undefined);
    assert.match(left.refused, /revoked/i);
    await assert.rejects(
      promisify(execFile)(clientNode, [main, 'status', '--folder', state]),
      /refused: .*revoked/i,
    );
  } finally {
    await site.close();
  }
});
