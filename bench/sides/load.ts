/** The load: keep-alive connections with client certificates, one request at a time on each, for a stated time. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect, type TLSSocket } from 'node:tls';
import { mpPaths } from '@holdfast/contract';
import type { Material } from './site.ts';

type Order = { port: number; seconds: number };

const material = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Material;
const end = Buffer.from('\r\n\r\n');

/** Opens a connection and answers a function that asks once, and a count of answers. */
function openConnection(port: number, client: Material['clients'][number]): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port,
        ca: [...material.authorities],
        cert: client.certificate,
        key: client.privateKey,
      },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

async function run({ port, seconds }: Order): Promise<{ requests: number; unexpected: number }> {
  const sockets = await Promise.all(material.clients.map((client) => openConnection(port, client)));
  let requests = 0;
  let unexpected = 0;
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    sockets.map(
      (socket, index) =>
        new Promise<void>((resolve) => {
          const client = material.clients[index];
          const ask = Buffer.from(
            `GET ${mpPaths.policy} HTTP/1.1\r\nhost: 127.0.0.1\r\nif-none-match: ${client?.policyTag ?? ''}\r\n\r\n`,
          );
          socket.on('data', (data) => {
            // A 304 has no body: the blank line ends it, and it fits into one segment.
            if (!data.subarray(-4).equals(end)) return;
            if (data.subarray(9, 12).toString() !== '304') unexpected += 1;
            requests += 1;
            if (performance.now() < until) socket.write(ask);
            else {
              socket.end();
              resolve();
            }
          });
          socket.write(ask);
        }),
    ),
  );
  return { requests, unexpected };
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line) as Order)));
}
