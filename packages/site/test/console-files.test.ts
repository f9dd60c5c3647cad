/** The console as files, over TLS. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ConsoleServer, createConsoleServer } from '../src/http/console-server.ts';
import { startTestSite, type TestSite } from './support/site.ts';

let site: TestSite;
let console: ConsoleServer;

before(async () => {
  site = await startTestSite();
  const distFolder = join(site.folder, 'dist');
  await mkdir(join(distFolder, 'assets'), { recursive: true });
  await writeFile(join(distFolder, 'index.html'), '<!doctype html><title>Holdfast</title>');
  await writeFile(join(distFolder, 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(site.folder, 'outside.txt'), 'not for browsers');
  const { context } = site.running;
  console = await createConsoleServer(context, {
    distFolder,
    publicUrl: 'https://holdfast.example',
    tls: await context.trust.server(['localhost']),
  });
  await console.server.listen({ host: '127.0.0.1', port: 0 });
});
after(async () => {
  await console.server.close();
  await site[Symbol.asyncDispose]();
});

function get(path: string, accept = 'text/html') {
  const { port } = console.server.server.address() as AddressInfo;
  const ca = [...site.running.context.trust.authorities];
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const options = { ca, agent: false, headers: { accept } } as const;
      const request = https.get(`https://localhost:${port}${path}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      request.on('error', reject);
    },
  );
}

test('every address of a page answers with the console, which browsers may not keep', async () => {
  for (const path of ['/', '/clients/1', '/first-run']) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.text, /<title>Holdfast/);
    assert.equal(answer.headers['cache-control'], 'no-cache');
    assert.match(String(answer.headers['content-security-policy']), /script-src 'self';/);
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
  }
});

test('what is named after its content may be kept for ever', async () => {
  const answer = await get('/assets/main-abc.js', '*/*');
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-type']), /javascript/);
  assert.match(String(answer.headers['cache-control']), /immutable/);
});

test('what is not a page, and what lies outside of the folder, is not found', async () => {
  for (const [path, accept] of [
    ['/assets/gone.js', '*/*'],
    ['/../outside.txt', '*/*'],
    ['/%2e%2e/outside.txt', '*/*'],
    ['/..%2foutside.txt', 'text/html'],
    ['/api/nowhere', 'text/html'],
    ['/api/v1/nowhere', 'text/html'],
  ] as const) {
    const answer = await get(path, accept);
    assert.ok(!answer.text.includes('not for browsers'), path);
    if (path.startsWith('/api') || accept === '*/*') {
      assert.equal(answer.status, 404, path);
      assert.equal(JSON.parse(answer.text).code, 'not-found');
    }
  }
});

test('over https the session cookie is secure', async () => {
  const secret = await console.firstRunSecret();
  const inject = (url: string, payload: object) =>
    console.server.inject({ method: 'POST', url, payload, headers: { origin: 'https://holdfast.example' } });
  const user = { email: 'ada@example.org', password: 'correct horse battery' };
  assert.equal((await inject('/api/v1/first-run', { ...user, name: 'Ada', secret })).statusCode, 204);
  const answer = await inject('/api/auth/sign-in/email', user);
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['set-cookie']), /__Secure-holdfast[^;]*;.*Secure/);
});
