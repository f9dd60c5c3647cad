/** The fixture of the network suite with a real server and a real client. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { NetworkFixture } from '@holdfast/ports/suites';
import { httpsNetwork, type NetworkOptions } from '../src/shared/network.ts';
import { createAuthority } from './authority.ts';
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts';
import { type ContractServer, startContractServer } from './contract-server.ts';

export async function directNetwork(): Promise<NetworkFixture> {
  return networkFixture(await startContractServer());
}

export async function proxiedNetwork(): Promise<NetworkFixture> {
  return networkFixture(await startContractServer(), await startConnectProxy());
}

async function networkFixture(server: ContractServer, proxy?: ConnectProxy): Promise<NetworkFixture> {
  const options: NetworkOptions = proxy === undefined ? {} : { proxy: proxy.url };
  const network = httpsNetwork(options);
  return {
    network,
    server: {
      url: `https://127.0.0.1:${server.port}`,
      urlOfOtherName: `https://localhost:${server.port}`,
      authorities: [server.authority.certificate],
      otherAuthorities: [(await createAuthority('Another CA')).certificate],
      client: await server.authority.issue('client-0001'),
      abandoned: server.abandoned,
    },
    deadUrl: `https://127.0.0.1:${await unusedPort()}`,
    cleanup: async () => {
      network.close();
      await server.close();
      await proxy?.close();
    },
  };
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
