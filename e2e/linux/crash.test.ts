/** kill -9 of client and site in the middle of their work: nothing lost, nothing doubled, all goes on. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { clientBundle, clientNode } from '../support/client.ts';
import { addPackage, awaitStatus, deployToAll, statusMessages } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { buildDeb } from '../support/packages.ts';
import { type SiteProcess, startSiteProcess, startTestSite, type TestSite } from '../support/site.ts';
import { enrolWireClient, type WireClient } from '../support/wire-client.ts';
import type { Orders } from './crashing-client.ts';

const skip = missingOnThisMachine('dpkg-deb', 'dpkg');
const full = process.env.HOLDFAST_FULL === '1';
const folder = temporaryFolder();
after(() => folder.remove());

const content = 'whole after every kill\n';

/** Starts a client that kills itself at a port call; resolves with how it ended and the last call that it logged. */
function startCrashing(
  main: string,
  orders: Orders,
): {
  child: ChildProcess;
  ended: Promise<{ signal: string | null; calls: number }>;
} {
  mkdirSync(orders.folder, { recursive: true });
  mkdirSync(orders.root, { recursive: true });
  const child = spawn(clientNode, [main, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  let calls = 0;
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      calls = (JSON.parse(line) as { calls: number }).calls;
    });
  }
  const ended = new Promise<{ signal: string | null; calls: number }>((resolve) =>
    child.once('close', (_code, signal) => resolve({ signal, calls })),
  );
  return { child, ended };
}

test('kill -9 of the client at 20 points of an install converges', { skip }, async () => {
  const running: TestSite = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
  try {
    const { site, api, token } = running;
    const { program } = await addPackage(
      api,
      { path: 'crash.deb', bytes: buildDeb('hold-crash', '1.0', { 'opt/crash/file.txt': content }) },
      { name: 'Crash', version: '1.0' },
      {
        platform: 'linux',
        install: 'dpkg --root={root} --force-not-root -i "{content}/crash.deb"',
        detection: [
          { kind: 'package', manager: 'dpkg', name: 'hold-crash', version: '1.0' },
          { kind: 'file', path: '/opt/crash/file.txt' },
        ],
      },
    );
    await deployToAll(api, program.id);

    const main = await clientBundle(join(import.meta.dirname, 'crashing-client.ts'));
    let last = 0;
    /** Runs a client to a verified install, killed once at a call (0 = never); answers the calls of its last life. */
    const install = async (name: string, crashAt: number) => {
      const orders: Orders = {
        folder: join(folder.path, name, 'state'),
        root: join(folder.path, name, 'root'),
        site: site.managementPointUrl,
        token,
        crashAt,
      };
      if (crashAt > 0)
        assert.equal((await startCrashing(main, orders).ended).signal, 'SIGKILL', `no call ${crashAt}`);
      const survivor = startCrashing(main, { ...orders, crashAt: 0 });
      const verified = await awaitStatus(site, api, 30020, { after: last }).finally(() =>
        survivor.child.kill('SIGTERM'),
      );
      last = verified.id;
      const { calls } = await survivor.ended;
      assert.equal(readFileSync(join(orders.root, 'opt/crash/file.txt'), 'utf8'), content, name);
      const numbers = (await statusMessages(api))
        .filter((row) => row.clientId === verified.clientId)
        .map((row) => row.seq);
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
        `${name}: once, in order, without gaps`,
      );
      return calls;
    };

    const calls = await install('whole', 0);
    const points = full ? calls : 20;
    if (full) console.log(`an install is ${calls} port calls: one kill at each`);
    for (let point = 0; point < points; point += 1) {
      const crashAt = 1 + Math.floor((point * calls) / points);
      await install(`killed-${crashAt}`, crashAt);
    }
  } finally {
    await running.site.close();
  }
});

/** Sends messages 1..total of one stream, again and again until the site has acknowledged them all. */
async function deliver(
  client: WireClient,
  stream: string,
  total: number,
  batchSize: number,
  onAcknowledged: () => void,
  untilBack: () => Promise<void>,
): Promise<void> {
  let acknowledged = 0;
  for (let tries = 0; acknowledged < total; tries += 1) {
    assert.ok(tries < 10_000, 'the site never came back');
    const messages = Array.from({ length: Math.min(batchSize, total - acknowledged) }, (_, index) => ({
      seq: acknowledged + index + 1,
      at: 1_700_000_000_000 + acknowledged + index,
      code: 30002,
      severity: 'info' as const,
      details: { version: `${client.clientId} ${acknowledged + index + 1}` },
    }));
    try {
      ({ acknowledged } = await client.status({ stream, oldest: 1, messages }));
      onAcknowledged();
    } catch {
      // The site went down before it answered: once it is back the same messages go again.
      await untilBack();
    }
  }
}

const clientCount = 50;
const messagesEach = 20;

test('kill -9 of the site during 1,000 status messages from 50 clients loses none and doubles none', {
  skip,
}, async () => {
  const dataFolder = join(folder.path, 'killed-site');
  let site: SiteProcess = await startSiteProcess({ dataFolder, pollSeconds: 3600 });
  const ports = {
    consolePort: Number(new URL(site.consoleUrl).port),
    managementPort: Number(new URL(site.managementPointUrl).port),
  };
  const clients: WireClient[] = [];
  try {
    for (let index = 0; index < clientCount; index += 1) {
      clients.push(
        await enrolWireClient(site.managementPointUrl, site.token, { hostName: `client-${index}` }),
      );
    }
    // Killed each time another fifth of the batches was acknowledged: by progress, not by the clock.
    const batchSize = 2;
    const batches = (clientCount * messagesEach) / batchSize;
    let acknowledgedBatches = 0;
    let kills = 0;
    let restarting: Promise<void> = Promise.resolve();
    const restart = async () => {
      await site.kill('SIGKILL');
      site = await startSiteProcess({ dataFolder, pollSeconds: 3600, ...ports, isNew: false });
    };
    await Promise.all(
      clients.map((client) =>
        deliver(
          client,
          crypto.randomUUID(),
          messagesEach,
          batchSize,
          () => {
            acknowledgedBatches += 1;
            if (acknowledgedBatches >= ((kills + 1) * batches) / 5 && kills < 4) {
              kills += 1;
              restarting = restarting.then(restart);
            }
          },
          () => restarting,
        ),
      ),
    );
    await restarting;
    assert.equal(kills, 4);
    const rows = (await statusMessages(site.api)).filter((row) => row.code === 30002);
    assert.equal(rows.length, clientCount * messagesEach);
    for (const client of clients) {
      const own = rows.filter((row) => row.clientId === client.clientId).map((row) => row.details.version);
      const wanted = Array.from({ length: messagesEach }, (_, index) => `${client.clientId} ${index + 1}`);
      assert.deepEqual(own, wanted);
    }
  } finally {
    for (const client of clients) client.close();
    await site.kill('SIGTERM');
  }
});
