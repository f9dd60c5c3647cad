/** What reaches a site from outside: ranges, bodies of clients, backups. Refused with a code, or what it says it is. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isErrorCode, isHoldfastError, mpPaths, mpPathsV1 } from '@holdfast/contract';
import fc from 'fast-check';
import { parseRange } from '../src/http/ranges.ts';
import { backupSite, databaseFile, restoreSite } from '../src/index.ts';
import { readBackup } from '../src/store/backup-format.ts';
import {
  ask,
  enrolClient,
  facts,
  machine,
  startTestSite,
  temporaryFolder,
  tokenFor,
} from './support/site.ts';
import { enrolmentV1, enrolV1 } from './support/wires.ts';

test('a range lies inside the content, or is refused, or is none', () => {
  const number = fc.oneof(fc.nat(20).map(String), fc.constantFrom('', '9'.repeat(30), '00'));
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(number, number).map(([first, last]) => `bytes=${first}-${last}`),
    fc.tuple(number, number).map(([first, last]) => `bytes=${first}-${last},0-1`),
  );
  fc.assert(
    fc.property(header, fc.nat(20), (text, size) => {
      try {
        const range = parseRange(text, size);
        if (range === undefined) return;
        assert.ok(range.start >= 0 && range.start < range.end && range.end <= size, JSON.stringify(range));
        const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? [];
        if (first !== '') assert.equal(range.start, Number(first));
        else assert.equal(range.end - range.start, Math.min(Number(last), size));
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'content.range-invalid'), String(thrown));
      }
    }),
    { numRuns: 1000 },
  );
});

/** A value with one of its fields, at any depth, replaced, taken away, or put beside it under another name. */
function bent(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value);
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(-1, 0, 1e308, 2 ** 53, '', '\0', '\ud800', '<script>'),
  );
  return fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom('replace', 'remove', 'add'), junk)
    .map(([path, how, put]) => changedAt(value, path, how, put));
}

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function changedAt(value: unknown, path: readonly string[], how: string, put: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return put;
  // A list is copied as a list: its places are keys too.
  const copy = structuredClone(value) as Record<string, unknown>;
  if (rest.length > 0) copy[key] = changedAt(copy[key], rest, how, put);
  else if (how === 'remove') delete copy[key];
  else copy[how === 'add' ? `${key}x` : key] = put;
  return copy;
}

test('whatever a client sends to a route, it is taken or answered with a coded 4xx', async (context) => {
  const site = await startTestSite();
  context.after(() => site[Symbol.asyncDispose]());
  const client = await enrolClient(site);
  const { token } = await tokenFor(site, { maxUses: null });
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  const { request } = await machine.identities.create('client');
  const message = { seq: 1, at: 1, code: 30002, severity: 'info', details: { version: '1' } };
  const finding = { check: 'component', component: 'core', state: 'failed', reason: 'gone', remedy: 'none' };
  const health = { evaluatedAt: 1, occasion: 'daily', clientVersion: '1', findings: [finding] };
  const phase = { seq: 1, at: 1, phase: 'enrol', moment: 'waits', error: 'token.expired', reason: 'late' };
  const setupReport = {
    ...phase,
    setupId: client.id,
    hostName: 'a',
    platform: 'linux',
    architecture: 'x64',
    intent: 'install',
    version: '1.0.0',
    clientId: client.id,
  };
  const old = await enrolV1(site);
  const succeeds = { clientId: old.id, secret: old.secret };
  const good: Record<string, unknown> = {
    [mpPathsV1.enrol]: enrolmentV1(token),
    [mpPathsV1.status]: { stream: client.id, oldest: 1, messages: [message] },
    [mpPaths.enrol]: { token, certificateRequest: request, facts, succeeds },
    [mpPaths.renew]: { certificateRequest: client.request },
    [mpPaths.facts]: facts,
    [mpPaths.health]: health,
    [mpPaths.setup]: { token, reports: [setupReport] },
    [mpPaths.status]: { clientId: client.id, stream: client.id, oldest: 1, messages: [message] },
  };
  for (const [path, body] of Object.entries(good)) {
    const sent = fc.oneof(
      { weight: 4, arbitrary: bent(body).map((value) => JSON.stringify(value) ?? '') },
      { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary' })) },
    );
    await fc.assert(
      fc.asyncProperty(sent, async (raw) => {
        const headers = {
          ...old.headers,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(raw)),
        };
        const answer = await ask(site, path, { method: 'POST', raw, identity: client, agent, headers });
        const told = `${path} ${answer.status} ${answer.text.slice(0, 300)}`;
        if (answer.status >= 200 && answer.status < 300) return;
        assert.ok(answer.status >= 400 && answer.status < 500 && isErrorCode(answer.json?.code), told);
      }),
      { numRuns: 45 },
    );
  }
  assert.ok(!site.log.some((line) => line.includes('does not know')), site.log.join('\n'));
});

/** A backup of a site with a client, and all that is in it. */
async function backedUp(context: TestContext) {
  const site = await startTestSite();
  context.after(() => site[Symbol.asyncDispose]());
  await enrolClient(site);
  const folder = await temporaryFolder();
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'site.backup');
  const dataFolder = site.options.dataFolder;
  await backupSite(placeIn(dataFolder), file, site.clock.now());
  return { folder, file, bytes: await readFile(file) };
}

const placeIn = (dataFolder: string) => ({
  dataFolder,
  file: join(dataFolder, databaseFile),
  databaseUrl: undefined,
});

/** The manifest, which holds the hash of everything else. */
async function contentOf(file: string): Promise<string> {
  return JSON.stringify(await readBackup(file, async () => undefined));
}

test('a backup with a flipped bit, or cut off, is damaged and nothing of it is restored', async (context) => {
  const { folder, file, bytes } = await backedUp(context);
  const whole = await contentOf(file);
  const spoilt = join(folder, 'spoilt.backup');
  const dataFolder = join(folder, 'restored');
  const refused = async (content: Buffer) => {
    await writeFile(spoilt, content);
    try {
      // A gzip header has bits that say nothing (time, system): what is the same to the last byte is no damage.
      assert.equal(await contentOf(spoilt), whole);
      return;
    } catch (thrown) {
      assert.ok(isHoldfastError(thrown, 'backup.damaged'), String(thrown));
    }
    await assert.rejects(restoreSite(spoilt, placeIn(dataFolder), 1), { code: 'backup.damaged' });
    await assert.rejects(readdir(dataFolder), { code: 'ENOENT' });
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const content = Buffer.from(bytes);
      content[at] = (content[at] ?? 0) ^ (1 << bit);
      await refused(content);
    }),
    {
      numRuns: 100,
      examples: [
        [0, 0],
        [2, 0],
        [3, 1],
        [bytes.length - 1, 0],
      ],
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), (length) => refused(bytes.subarray(0, length))),
    { numRuns: 30 },
  );
});

test('what was changed in a backup before it was packed is found too, where it is not the manifest itself', async (context) => {
  const { folder, file, bytes } = await backedUp(context);
  const [whole, plain] = [await contentOf(file), gunzipSync(bytes)];
  const packed = join(folder, 'packed.backup');
  await fc.assert(
    fc.asyncProperty(fc.nat(plain.length - 1), fc.nat(7), async (at, bit) => {
      const content = Buffer.from(plain);
      content[at] = (content[at] ?? 0) ^ (1 << bit);
      await writeFile(packed, gzipSync(content, { level: 1 }));
      try {
        assert.notEqual(await contentOf(packed), whole);
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'backup.damaged'), String(thrown));
      }
    }),
    // Behind the first line and a length: the first header.
    {
      numRuns: 150,
      examples: [
        [18, 0],
        [21, 7],
        [22, 0],
        [23, 0],
        [plain.lastIndexOf('manifest"}'), 0],
      ],
    },
  );
});
