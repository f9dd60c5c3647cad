/** A Kysely dialect that sends its queries to the reader's thread, so that heavy reads never stop the site. */
import { Worker } from 'node:worker_threads';
import { HoldfastError } from '@holdfast/contract';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { codedDatabaseError } from './failures.ts';
import type { ReaderRequest, ReaderResponse } from './reader-worker.ts';

type Pending = { resolve: (rows: unknown[]) => void; reject: (reason: unknown) => void };

/** The thread, started with its first query. */
function readerThread(file: string) {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let count = 0;

  function failAll(reason: unknown): void {
    worker = undefined;
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  }

  function start(): Worker {
    const started = new Worker(new URL('./reader-worker.ts', import.meta.url), { workerData: { file } });
    started.on('message', (response: ReaderResponse) => {
      const waiting = pending.get(response.id);
      pending.delete(response.id);
      if ('rows' in response) waiting?.resolve(response.rows);
      else
        waiting?.reject(
          codedDatabaseError(Object.assign(new Error(response.failure.message), response.failure)),
        );
    });
    started.on('error', (cause) =>
      failAll(new HoldfastError('database.unavailable', 'The reading thread has ended.', { cause })),
    );
    return started;
  }

  return {
    run(query: CompiledQuery): Promise<unknown[]> {
      return new Promise((resolve, reject) => {
        worker ??= start();
        count += 1;
        pending.set(count, { resolve, reject });
        const request: ReaderRequest = { id: count, sql: query.sql, parameters: query.parameters };
        worker.postMessage(request);
      });
    },
    async end(): Promise<void> {
      const ending = worker;
      failAll(new HoldfastError('database.unavailable', 'The store is being closed.'));
      await ending?.terminate();
    },
  };
}

/** Read-only dialect over a thread. Transactions have no meaning on it and are refused. */
export function readerDialect(file: string): Dialect {
  const thread = readerThread(file);
  const refuse = () => Promise.reject(new TypeError('the reader has no transactions'));
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      return { rows: (await thread.run(query)) as R[] };
    },
    streamQuery: () => {
      throw new TypeError('the reader does not stream: page with a limit');
    },
  };
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: () => Promise.resolve(),
    destroy: () => thread.end(),
  };
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
