/** The reader's thread: runs compiled queries on a read-only connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { type DatabaseFailure, databaseFailure } from './failures.ts';
import { openSqlite } from './sqlite.ts';

export type ReaderRequest = {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
};
export type ReaderResponse =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly failure: DatabaseFailure };

const port = parentPort;
if (!port) throw new TypeError('the reader runs as a worker thread');
const { file }: { file: string } = workerData;
const database = openSqlite(file, { readOnly: true });

port.on('message', (request: ReaderRequest) => {
  let response: ReaderResponse;
  try {
    response = { id: request.id, rows: database.prepare(request.sql).all(request.parameters) };
  } catch (thrown) {
    const underlying = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    response = { id: request.id, failure: databaseFailure(underlying) };
  }
  port.postMessage(response);
});
