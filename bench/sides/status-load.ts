/** The load of the status bench: every client sends its batches one after the other, all clients at once. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { mpPaths, type StatusBatch } from '@holdfast/contract';
import type { Material } from './site.ts';
import { statusRows } from './status-rows.ts';

type Order = { port: number; batchSize: number; batchesEach: number; clients: number };

const material = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Material;
const agents = material.clients.map(
  (client) =>
    new Agent({
      ca: [...material.authorities],
      cert: client.certificate,
      key: client.privateKey,
      keepAlive: true,
      maxSockets: 1,
    }),
);

function send(agent: Agent | undefined, port: number, batch: StatusBatch): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(
      { host: '127.0.0.1', port, path: mpPaths.status, method: 'POST', headers, ...(agent ? { agent } : {}) },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(batch));
  });
}

async function run({ port, batchSize, batchesEach }: Order): Promise<{ rows: number; wallSeconds: number }> {
  const started = performance.now();
  await Promise.all(
    material.clients.map(async ({ clientId }, index) => {
      const stream = crypto.randomUUID();
      for (let batch = 0; batch < batchesEach; batch += 1) {
        const messages = statusRows(batch * batchSize + 1, batchSize);
        await send(agents[index], port, { clientId, stream, oldest: 1, messages });
      }
    }),
  );
  return {
    rows: material.clients.length * batchesEach * batchSize,
    wallSeconds: (performance.now() - started) / 1000,
  };
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line) as Order)));
}
