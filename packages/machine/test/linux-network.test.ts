/** HTTPS of the real network, direct and through a proxy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TlsIdentity } from '@holdfast/ports';
import { networkContract, rejectsWith } from '@holdfast/ports/suites';
import { type ClosableNetwork, httpsNetwork } from '../src/shared/network.ts';
import { createAuthority } from './authority.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { startContractServer } from './contract-server.ts';
import { directNetwork, proxiedNetwork } from './network-fixture.ts';

networkContract(directNetwork);
networkContract(proxiedNetwork, {
  skip: [
    {
      test: 'nobody listening is unreachable',
      reason: 'tested direct; the tiny proxy closes without an answer, which the next test covers',
    },
  ],
});

const idleTimeoutMs = 20_000;

async function statusOf(
  network: ClosableNetwork,
  url: string,
  tls: TlsIdentity,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await network.request({ method: 'GET', url, headers, tls, idleTimeoutMs });
  for await (const chunk of response.body) assert.ok(chunk);
  return response.status;
}

test('a request goes through the proxy with its credentials, unless the host is exempt', async (context) => {
  const server = await startContractServer();
  context.after(server.close);
  const proxy = await startConnectProxy();
  context.after(proxy.close);
  const tls = { authorities: [server.authority.certificate] };
  const url = `https://127.0.0.1:${server.port}/status?count=204`;

  const through = httpsNetwork({
    proxy: proxy.url.replace('//', '//user:secret@'),
    noProxy: 'other.example',
  });
  context.after(through.close);
  assert.equal(await statusOf(through, url, tls), 204);
  const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
  assert.deepEqual(proxy.tunnels, [{ target: `127.0.0.1:${server.port}`, authorization }]);

  const past = httpsNetwork({ proxy: proxy.url, noProxy: 'other.example,127.0.0.1' });
  context.after(past.close);
  assert.equal(await statusOf(past, url, tls), 204);
  assert.equal(proxy.tunnels.length, 1);
});

test('a proxy named without its scheme is used, and one that cannot be read is refused', async (context) => {
  const server = await startContractServer();
  context.after(server.close);
  const proxy = await startConnectProxy();
  context.after(proxy.close);
  const network = httpsNetwork({ proxy: new URL(proxy.url).host });
  context.after(network.close);
  const url = `https://127.0.0.1:${server.port}/status?count=204`;
  assert.equal(await statusOf(network, url, { authorities: [server.authority.certificate] }), 204);
  assert.equal(proxy.tunnels.length, 1);
  for (const none of ['socks5://127.0.0.1:1', 'http://', 'a b']) {
    assert.throws(() => httpsNetwork({ proxy: none }), { code: 'command.invalid' });
  }
});

test('a proxy that refuses, or is not there, is unreachable', async (context) => {
  const proxy = await startConnectProxy({ refuseWith: 407 });
  const network = httpsNetwork({ proxy: proxy.url });
  context.after(network.close);
  const request = {
    method: 'GET',
    url: 'https://127.0.0.1:9/',
    tls: { authorities: 'none-yet' },
    idleTimeoutMs,
  } as const;
  await rejectsWith(network.request(request), 'network.unreachable');
  await proxy.close();
  await rejectsWith(network.request(request), 'network.unreachable');
});

test('connections are kept and TLS sessions resumed, for one identity only', async (context) => {
  const server = await startContractServer();
  context.after(server.close);
  let connections = 0;
  let resumed = 0;
  server.server.on('secureConnection', (socket) => {
    connections += 1;
    if (socket.isSessionReused()) resumed += 1;
  });
  const network = httpsNetwork();
  context.after(network.close);
  const tls = { authorities: [server.authority.certificate] };
  const url = `https://127.0.0.1:${server.port}/status?count=204`;
  for (let round = 0; round < 3; round += 1) await statusOf(network, url, tls);
  assert.deepEqual([connections, resumed], [1, 0]);
  await statusOf(network, url, tls, { connection: 'close' });
  await statusOf(network, url, tls);
  assert.deepEqual([connections, resumed], [2, 1]);
  const { certificate, privateKey } = await server.authority.issue('another');
  await statusOf(network, url, { ...tls, certificate, privateKey });
  assert.deepEqual([connections, resumed], [3, 1]);
});

test('many requests over one kept connection leave nothing behind on it', async (context) => {
  const server = await startContractServer();
  context.after(server.close);
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  context.after(() => process.off('warning', warned));
  const network = httpsNetwork();
  context.after(network.close);
  const tls = { authorities: [server.authority.certificate] };
  const url = `https://127.0.0.1:${server.port}/status?count=204`;
  for (let round = 0; round < 15; round += 1) await statusOf(network, url, tls);
  assert.deepEqual(warnings, []);
});

test('more identities than are kept still work, one after the other and at once', async (context) => {
  const server = await startContractServer();
  context.after(server.close);
  const network = httpsNetwork();
  context.after(network.close);
  const url = `https://127.0.0.1:${server.port}/status?count=204`;
  const identities = await Promise.all(
    Array.from({ length: 9 }, async (_, index) => ({
      authorities: [server.authority.certificate, (await createAuthority(`Unused ${index}`)).certificate],
    })),
  );
  for (const tls of identities) assert.equal(await statusOf(network, url, tls), 204);
  const statuses = await Promise.all(identities.map((tls) => statusOf(network, url, tls)));
  assert.ok(statuses.every((status) => status === 204));
});

test('only https is spoken', async () => {
  const tls = { authorities: 'none-yet' } as const;
  for (const url of ['http://127.0.0.1/', 'file:///etc/passwd', 'nonsense']) {
    await rejectsWith(httpsNetwork().request({ method: 'GET', url, tls, idleTimeoutMs }), 'request.invalid');
  }
});
