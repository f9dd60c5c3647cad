/** What the programs read from outside: site.yaml, the profile, the live feed. A coded error, or what it says. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import fc from 'fast-check';
import { openApi } from '../src/api.ts';
import { chooseSite, profilePath } from '../src/profile.ts';
import { serverSentEvents } from '../src/server-sent-events.ts';
import { exampleSiteConfig, readSiteConfig } from '../src/site-config.ts';

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-fuzz-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A text with a piece taken out and another put in. */
function spoilt(text: string, pieces: readonly string[]): fc.Arbitrary<string> {
  const put = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 }));
  return fc
    .tuple(fc.nat(text.length), fc.nat(20), put)
    .map(([at, gone, piece]) => text.slice(0, at) + piece + text.slice(at + gone));
}

test('site.yaml is read, or refused as invalid with its file', async (context) => {
  const path = join(await folderOf(context), 'site.yaml');
  const signs = [
    '*a',
    '&a ',
    '<<: *a',
    '!!binary ',
    '!<x> ',
    '? ',
    '---\n',
    '...\n',
    '%YAML 9\n',
    '\t',
    '{',
    '[',
    '|\n',
    '__proto__: 1\n',
  ];
  const text = fc.oneof(
    spoilt(exampleSiteConfig('LAB', ['holdfast.example']), signs),
    fc
      .array(fc.oneof(fc.constantFrom(...signs, 'a', ': ', '\n', '- '), fc.string()), { maxLength: 10 })
      .map((all) => all.join('')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await writeFile(path, content);
      try {
        assert.match((await readSiteConfig(path)).siteCode, /^[A-Z0-9]{3}$/);
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'site.config-invalid'), String(thrown));
        assert.ok(thrown.message.includes(path));
      }
    }),
    { numRuns: 300, examples: [['siteCode: *a\n'], [bomb]] },
  );
});

/** Each alias stands for ten of the one before: a few lines, a thousand million values. */
const bomb = Array.from({ length: 9 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x]\n'
    : `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]\n`,
).join('');

test('a profile is used, or refused as damaged', async (context) => {
  const environment = { XDG_CONFIG_HOME: await folderOf(context) };
  const path = profilePath(environment);
  await mkdir(dirname(path), { recursive: true });
  const good = JSON.stringify({ site: 'https://site.example', apiKey: 'key' });
  const text = fc.oneof(fc.string(), fc.json(), spoilt(good, ['"', '{', 'null', '__proto__']));
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), async (content, named) => {
      await writeFile(path, content);
      try {
        const { apiKey } = await chooseSite(environment, named ? { site: 'https://other.example' } : {});
        // A stored key is for its own site alone.
        assert.ok(apiKey !== '' && (!named || content.includes('other.example')));
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'request.invalid', 'auth.required'), String(thrown));
      }
    }),
    { numRuns: 300 },
  );
});

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function read(pieces: readonly Uint8Array[]): Promise<string[]> {
  const stream = (async function* () {
    yield* pieces;
  })();
  return await collected(serverSentEvents(stream));
}

/** Cuts bytes at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

test('events are the same wherever the stream is cut and however its lines end', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\ufeff]/g, ''));
  const events = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat()),
      async (all, end, places) => {
        const text = all
          .map((lines) => lines.map((one) => `data: ${one}${end}`).join('') + end)
          .join(`: note${end}`);
        const expected = all.map((lines) => lines.join('\n'));
        assert.deepEqual(await read(cut(Buffer.from(text), places)), expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('any bytes in the place of the feed are events or one coded error, and never kept without a limit', async () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => Buffer.from(`data:${text}\n\n`)),
  );
  await fc.assert(fc.asyncProperty(fc.array(noise), async (pieces) => void (await read(pieces))));
  const endless = [Buffer.from(`data: ${'x'.repeat(1000)}\n`.repeat(1000))];
  await assert.rejects(read(endless), { code: 'network.response-invalid' });
  await assert.rejects(read([Buffer.from(`data: ${'x'.repeat(100_000)}`)]), {
    code: 'network.response-invalid',
  });
});

/** What comes of a feed that ends in this way. */
async function feedThat(ends: (response: ServerResponse) => void): Promise<unknown> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"kind":"client","id":"*"}\n\n', () => ends(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { signal } = new AbortController();
  try {
    const api = openApi(`http://127.0.0.1:${address.port}`, 'key', signal);
    return await collected(api.events(signal)).catch((thrown: unknown) => thrown);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

test('a feed that is cut off, or holds what is no event, ends with a coded error', async () => {
  const ended = await feedThat((response) => response.end());
  assert.deepEqual(ended, ['open', { kind: 'client', id: '*' }]);
  const cutOff = await feedThat((response) => response.destroy());
  assert.ok(isHoldfastError(cutOff, 'network.unreachable'), String(cutOff));
  const noEvent = await feedThat((response) => response.end('data: <html>\n\n'));
  assert.ok(isHoldfastError(noEvent, 'network.response-invalid'), String(noEvent));
});
