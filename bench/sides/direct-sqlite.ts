/** The peer of the status bench: the same rows straight into node:sqlite, one durable transaction a batch. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { statusRows } from './status-rows.ts';

type Order = { batchSize: number; batchesEach: number; clients: number };

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const database = new DatabaseSync(join(folder, 'direct.db'));
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  create table message (
    id integer primary key, clientId text not null, stream text not null, seq integer not null, at integer not null,
    receivedAt integer not null, code integer not null, severity text not null, deploymentId text, details text not null,
    unique (clientId, stream, seq)
  );
`);
const insert = database.prepare(
  `insert into message (clientId, stream, seq, at, receivedAt, code, severity, deploymentId, details)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
);

function run({ batchSize, batchesEach, clients }: Order): { rows: number; wallSeconds: number } {
  const started = performance.now();
  const streams = Array.from({ length: clients }, () => ({
    client: crypto.randomUUID(),
    stream: crypto.randomUUID(),
  }));
  for (let batch = 0; batch < batchesEach; batch += 1) {
    for (const { client, stream } of streams) {
      database.exec('begin immediate');
      for (const row of statusRows(batch * batchSize + 1, batchSize)) {
        insert.run(
          client,
          stream,
          row.seq,
          row.at,
          Date.now(),
          row.code,
          row.severity,
          row.deploymentId ?? null,
          JSON.stringify(row.details),
        );
      }
      database.exec('commit');
    }
  }
  return { rows: clients * batchesEach * batchSize, wallSeconds: (performance.now() - started) / 1000 };
}

console.log(JSON.stringify({ ready: true }));
process.on('SIGTERM', () => {
  database.close();
  rmSync(folder, { recursive: true });
  process.exit(0);
});
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(run(JSON.parse(line) as Order)));
}
