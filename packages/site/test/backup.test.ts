/** A site is backed up while it works, and comes back whole or not at all. */
import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Envelope, isHoldfastError, mpPaths, type PolicyIndex, sha256 } from '@holdfast/contract';
import { backupSite, databaseFile, restoreSite, startSite } from '../src/index.ts';
import { getSetting, putSetting } from '../src/store/settings.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import {
  ask,
  enrolClient,
  startTestSite,
  type TestClient,
  type TestSite,
  temporaryFolder,
} from './support/site.ts';

/** Bytes that cannot be compressed: in a run of equal ones a changed bit may change nothing. */
const content = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(3 * 1024 * 1024),
);

/** `serial` is that of the policy that the client has. */
type LivedIn = { site: TestSite; client: TestClient; key: string; serial: number };

/** A site with a client, content and an API key. */
async function livedInSite(context: TestContext): Promise<LivedIn> {
  const site = await startTestSite();
  context.after(() => site[Symbol.asyncDispose]());
  const client = await enrolClient(site);
  await site.running.context.content.add(
    (async function* () {
      yield content;
    })(),
  );
  return { site, client, key: await site.running.createApiKey('kept'), serial: 1_000 };
}

const placeOf = (dataFolder: string, databaseUrl?: string) => ({
  dataFolder,
  file: join(dataFolder, databaseFile),
  databaseUrl,
});

async function emptyPlace(context: TestContext, databaseUrl?: string) {
  const folder = await temporaryFolder();
  context.after(() => rm(folder, { recursive: true, force: true }));
  return { ...placeOf(join(folder, 'restored'), databaseUrl), folder };
}

/** Starts what was restored in the place of the site, and looks for everything. */
async function assertWhole(
  lived: LivedIn,
  place: { dataFolder: string; databaseUrl?: string | undefined },
): Promise<void> {
  const { site, client, key } = lived;
  await site.running.close();
  site.running = await startSite({
    ...site.options,
    dataFolder: place.dataFolder,
    ...(place.databaseUrl === undefined ? {} : { databaseUrl: place.databaseUrl }),
  });
  const checkIn = await ask(site, mpPaths.policy, { identity: client });
  assert.equal(checkIn.status, 200, checkIn.text);
  const { payload } = JSON.parse(checkIn.text) as Envelope;
  const { serial } = JSON.parse(payload) as PolicyIndex;
  assert.ok(serial > lived.serial, 'a policy above the one that the client has');
  lived.serial = serial;
  const kept: Uint8Array[] = [];
  for await (const chunk of site.running.context.content.read(sha256(content), 0, content.length))
    kept.push(chunk);
  assert.ok(Buffer.concat(kept).equals(content));
  const answer = await fetch(`${site.running.consoleUrl}/api/v1/clients/${client.id}`, {
    headers: { 'x-api-key': key },
  });
  assert.equal(answer.status, 200, await answer.text());
  const enrolled = await enrolClient(site, { hostName: 'ws-after' });
  assert.notEqual(enrolled.id, client.id);
}

test('a site is backed up while writes go on, and its clients know it again after the restore', async (context) => {
  const lived = await livedInSite(context);
  const { store } = lived.site.running.context;
  const place = await emptyPlace(context);
  const file = join(place.folder, 'site.backup');
  let writing = true;
  let written = 0;
  // Two settings change together: a backup between them would be torn.
  const writer = (async () => {
    while (writing) {
      written += 1;
      await store.transaction().execute(async (transaction) => {
        await putSetting(transaction, 'test/one', String(written));
        await putSetting(transaction, 'test/two', String(written));
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const summary = await backupSite(placeOf(lived.site.options.dataFolder), file, Date.now()).finally(() => {
    writing = false;
  });
  await writer;
  assert.ok(written > 1);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(summary.tables.client, 1);
  assert.ok((summary.tables.apikey ?? 0) >= 1, 'the tables of sign-in are in it');

  await restoreSite(file, place, Date.now());
  await assertWhole(lived, place);
  const restored = lived.site.running.context.store;
  assert.equal(await getSetting(restored, 'test/one'), await getSetting(restored, 'test/two'));
});

test('a damaged backup is refused wherever it is damaged, and nothing is restored', async (context) => {
  const lived = await livedInSite(context);
  const place = await emptyPlace(context);
  const file = join(place.folder, 'site.backup');
  await backupSite(placeOf(lived.site.options.dataFolder), file, Date.now());
  const good = await readFile(file);
  const damages = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999].map((part) => {
    const bytes = Buffer.from(good);
    const at = Math.floor(part * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  });
  for (const bytes of [
    ...damages,
    good.subarray(0, good.length - 1),
    good.subarray(0, 100),
    Buffer.alloc(0),
  ]) {
    const damagedFile = join(place.folder, 'damaged.backup');
    await writeFile(damagedFile, bytes);
    await assert.rejects(restoreSite(damagedFile, place, Date.now()), (thrown) =>
      isHoldfastError(thrown, 'backup.damaged'),
    );
    await assert.rejects(readdir(place.dataFolder), { code: 'ENOENT' });
  }
});

test('content that is lost or damaged on the disk fails the backup, and no file is left', async (context) => {
  const lived = await livedInSite(context);
  const hash = sha256(content);
  const stored = join(lived.site.options.dataFolder, 'content', hash.slice(0, 2), hash);
  const place = await emptyPlace(context);
  const file = join(place.folder, 'site.backup');
  await writeFile(stored, Buffer.from('y'.repeat(content.length)));
  const backup = () => backupSite(placeOf(lived.site.options.dataFolder), file, Date.now());
  await assert.rejects(backup, (thrown) => isHoldfastError(thrown, 'backup.damaged'));
  await rm(stored);
  await assert.rejects(backup, (thrown) => isHoldfastError(thrown, 'content.not-found'));
  assert.deepEqual(await readdir(place.folder), []);
});

test('a backup is not restored over a site', async (context) => {
  const lived = await livedInSite(context);
  const place = await emptyPlace(context);
  const file = join(place.folder, 'site.backup');
  await backupSite(placeOf(lived.site.options.dataFolder), file, Date.now());
  const over = placeOf(lived.site.options.dataFolder);
  await assert.rejects(restoreSite(file, over, Date.now()), (thrown) =>
    isHoldfastError(thrown, 'site.exists'),
  );
  await assert.rejects(backupSite(over, file, Date.now()), (thrown) =>
    isHoldfastError(thrown, 'disk.exists'),
  );
});

test('a backup of SQLite is restored into PostgreSQL, and one of PostgreSQL into SQLite', {
  skip: postgresMissing ?? false,
}, async (context) => {
  const lived = await livedInSite(context);
  const postgres = await startPostgres();
  context.after(() => postgres.stop());
  const intoPostgres = await emptyPlace(context, postgres.url);
  const first = join(intoPostgres.folder, 'first.backup');
  await backupSite(placeOf(lived.site.options.dataFolder), first, Date.now());
  await restoreSite(first, intoPostgres, Date.now());
  await assertWhole(lived, intoPostgres);
  await assert.rejects(restoreSite(first, await emptyPlace(context, postgres.url), Date.now()), (thrown) =>
    isHoldfastError(thrown, 'site.exists'),
  );

  const intoSqlite = await emptyPlace(context);
  const second = join(intoPostgres.folder, 'second.backup');
  const summary = await backupSite(intoPostgres, second, Date.now());
  assert.equal(summary.tables.client, 2);
  await restoreSite(second, intoSqlite, Date.now());
  await assertWhole(lived, intoSqlite);
});
