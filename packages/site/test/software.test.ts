/** Content, packages and programs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ContentUploaded, PackageDetail, Program } from '@holdfast/contract';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';

let site: ConsoleSite;
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function upload(bytes: Buffer<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(`${site.url}/api/v1/content`, {
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream', 'x-api-key': site.apiKey, ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text) as ContentUploaded,
  };
}

/** Names of all that lies in the site's content folders, whole or not. */
async function storedFiles(): Promise<string[]> {
  const folder = join(site.site.options.dataFolder, 'content');
  return (await readdir(folder, { recursive: true })).toSorted();
}

const program = {
  name: 'install',
  platform: 'linux',
  install: 'dpkg -i {content}/a.deb',
  detection: [{ kind: 'package', manager: 'dpkg', name: 'hello' }],
  exitCodes: [],
  maxRunMinutes: 10,
};

test('a file larger than any body limit is uploaded, and the same bytes are known the second time', async () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024, 7);
  const first = await upload(bytes, { 'x-content-sha256': sha256(bytes) });
  assert.deepEqual([first.status, first.body.known, first.body.size], [201, false, bytes.length]);
  const second = await upload(bytes);
  assert.deepEqual([second.status, second.body.known, second.body.sha256], [200, true, sha256(bytes)]);
});

test('whether the site has content is answered without its bytes, and only where it is there and noted', async () => {
  const bytes = Buffer.from('asked for before it is sent');
  const head = async () => {
    const response = await fetch(`${site.url}/api/v1/content/${sha256(bytes)}`, {
      method: 'HEAD',
      headers: { 'x-api-key': site.apiKey },
    });
    return [response.status, response.headers.get('content-length'), await response.text()];
  };
  assert.equal((await head())[0], 404);
  await upload(bytes);
  assert.deepEqual(await head(), [200, String(bytes.length), '']);
  await site.context.store.deleteFrom('content').where('sha256', '=', sha256(bytes)).execute();
  assert.equal((await head())[0], 404);
  assert.equal((await upload(bytes)).status, 200);
  assert.equal((await head())[0], 200);
  assert.equal((await fetch(`${site.url}/api/v1/content/${sha256(bytes)}`, { method: 'HEAD' })).status, 401);
});

test('content whose hash differs from the one that was announced is refused', async () => {
  const answer = await upload(Buffer.from('these bytes'), {
    'x-content-sha256': sha256(Buffer.from('others')),
  });
  assert.equal(answer.status, 422);
  assert.equal(JSON.parse(answer.text).code, 'content.hash-mismatch');
  assert.equal(await site.context.content.size(sha256(Buffer.from('these bytes'))), undefined);
});

test('an upload that is cut off leaves nothing', async () => {
  const before = await storedFiles();
  const { resolve, promise: refused } = Promise.withResolvers<void>();
  const { add } = site.context.content;
  let code: unknown;
  site.context.content.add = (...parameters) =>
    add(...parameters).catch((thrown: unknown) => {
      code = (thrown as { code?: unknown }).code;
      resolve();
      throw thrown;
    });
  const sending = request(`${site.url}/api/v1/content`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': 1_000_000,
      'x-api-key': site.apiKey,
    },
  });
  sending.on('error', () => undefined); // It is this side that ends it.
  sending.write(Buffer.alloc(100_000), () => sending.destroy());
  await refused;
  site.context.content.add = add;
  assert.equal(code, 'request.cut-off');
  assert.deepEqual(await storedFiles(), before);
});

test('a package is made of uploaded files only, in their true length', async () => {
  const { body: content } = await upload(Buffer.from('package file'));
  const file = { path: 'a/b.txt', size: content.size, sha256: content.sha256 };
  const create = (files: unknown[]) =>
    site.call<PackageDetail>('POST', '/packages', { name: 'Hello', version: '1', files });
  const missing = { ...file, sha256: sha256(Buffer.from('never uploaded')) };
  assert.equal(codeOf(await create([missing])), 'content.not-found');
  assert.equal(codeOf(await create([{ ...file, size: 1 }])), 'request.invalid');
  assert.equal(codeOf(await create([file, file])), 'request.invalid');
  assert.equal(codeOf(await create([file, { ...file, path: 'a' }])), 'request.invalid');
  assert.equal(codeOf(await create([{ ...file, path: '../outside' }])), 'request.invalid');
  const made = await create([file]);
  assert.equal(made.status, 201);
  assert.deepEqual(made.body.contents, [file]);
  assert.equal(made.body.bytes, content.size);
});

test('a program is checked, named once in its package, and removed with it', async () => {
  const { body: content } = await upload(Buffer.from('another file'));
  const made = await site.call<PackageDetail>('POST', '/packages', {
    name: 'Tool',
    version: '2',
    files: [{ path: 'tool', size: content.size, sha256: content.sha256 }],
  });
  const path = `/packages/${made.body.id}/programs`;
  assert.equal(codeOf(await site.call('POST', path, { ...program, detection: [] })), 'request.invalid');
  assert.equal(codeOf(await site.call('POST', path, { ...program, shell: true })), 'request.invalid');
  const added = await site.call<Program>('POST', path, program);
  assert.equal(added.status, 201);
  assert.deepEqual(added.body, {
    ...program,
    id: added.body.id,
    packageId: made.body.id,
    createdAt: added.body.createdAt,
  });
  assert.equal(codeOf(await site.call('POST', path, program)), 'conflict');
  const detail = await site.call<PackageDetail>('GET', `/packages/${made.body.id}`);
  assert.deepEqual(detail.body.programList, [added.body]);
  assert.equal((await site.call('DELETE', `/packages/${made.body.id}`)).status, 204);
  assert.equal(codeOf(await site.call('GET', `/packages/${made.body.id}`)), 'not-found');
});
