/** One suite for both databases: migrations, types, conflicts, transactions, failures and the reader. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { sql } from 'kysely';
import { type OpenedStore, openStore } from '../src/store/database.ts';
import { isConstraintViolation } from '../src/store/failures.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { temporaryFolder } from './support/site.ts';

type Backing = { databaseUrl?: string; file: string; end(): Promise<void> };

async function sqliteBacking(): Promise<Backing> {
  const folder = await temporaryFolder();
  return { file: join(folder, 'site.db'), end: () => rm(folder, { recursive: true, force: true }) };
}

async function postgresBacking(): Promise<Backing> {
  const { url, stop } = await startPostgres();
  return { databaseUrl: url, file: '/nowhere', end: stop };
}

const suites = [
  { name: 'SQLite', make: sqliteBacking, skip: false },
  { name: 'PostgreSQL', make: postgresBacking, skip: postgresMissing ?? false },
];

for (const { name, make, skip } of suites) {
  describe(`the store on ${name}`, { skip }, () => {
    let backing: Backing;
    let opened: OpenedStore;
    const open = () => openStore({ ...backing, now: 1 });
    before(async () => {
      backing = await make();
      opened = await open();
    });
    after(async () => {
      await opened?.close();
      await backing?.end();
    });

    test('two that open a store at once migrate it once', async () => {
      const [one, other] = await Promise.all([open(), open()]);
      const { rows } = await sql<{
        number: number;
      }>`select "number" from "migration" order by "number"`.execute(one.store);
      assert.deepEqual(
        [...new Set(rows.map((row) => row.number))],
        rows.map((row) => row.number),
      );
      assert.ok(rows.length > 0);
      await one.close();
      await other.close();
    });

    test('a database of a newer version is refused and left as it is', async () => {
      await sql`insert into "migration" ("number", "name", "appliedAt") values (9999, 'later', 1)`.execute(
        opened.store,
      );
      await assert.rejects(open, (thrown) => isHoldfastError(thrown, 'database.newer'));
      await sql`delete from "migration" where "number" = 9999`.execute(opened.store);
    });

    test('large numbers, nulls and hostile text come back as they went in', async () => {
      const at = 8_640_000_000_000_000;
      const details = JSON.stringify({ text: `<script>'";--\u0000 ${String.fromCodePoint(0x1f4be)}` });
      const row = {
        clientId: 'c',
        stream: 's',
        seq: Number.MAX_SAFE_INTEGER,
        at,
        receivedAt: at,
        code: 65_535,
        severity: 'info',
        deploymentId: null,
        details,
      };
      await opened.store.insertInto('statusMessage').values(row).execute();
      const { id, ...read } = await opened.store
        .selectFrom('statusMessage')
        .selectAll()
        .where('clientId', '=', 'c')
        .executeTakeFirstOrThrow();
      assert.deepEqual(read, row);
      assert.equal(typeof id, 'number');
    });

    test('counts and sums are numbers', async () => {
      const counted = await opened.store
        .selectFrom('statusMessage')
        .select((eb) => [eb.fn.countAll().as('count'), eb.fn.sum('code').as('sum')])
        .executeTakeFirstOrThrow();
      assert.equal(typeof counted.count, 'number');
      assert.equal(typeof counted.sum, 'number');
    });

    test('a second row of the same key is told apart from other failures', async () => {
      const row = { sha256: 'a', size: 1, createdAt: 1 };
      const insert = () => opened.store.insertInto('content').values(row).execute();
      await insert();
      await assert.rejects(insert, isConstraintViolation);
    });

    test('rows that others refer to cannot be removed from beneath them', async () => {
      const insert = opened.store
        .insertInto('certificate')
        .values({ serial: '1', clientId: 'none', publicKey: '', certificate: '', issuedAt: 1, expiresAt: 1 })
        .execute();
      await assert.rejects(insert, /foreign key/i);
    });

    test('a transaction that throws leaves nothing, and those at the same time do not mix', async () => {
      const failing = opened.store.transaction().execute(async (transaction) => {
        await transaction.insertInto('content').values({ sha256: 'lost', size: 1, createdAt: 1 }).execute();
        throw new Error('meant');
      });
      const keeping = opened.store
        .transaction()
        .execute((transaction) =>
          transaction.insertInto('content').values({ sha256: 'kept', size: 1, createdAt: 1 }).execute(),
        );
      await assert.rejects(failing, /meant/);
      await keeping;
      const rows = await opened.reader
        .selectFrom('content')
        .select('sha256')
        .where('sha256', 'in', ['lost', 'kept'])
        .execute();
      assert.deepEqual(rows, [{ sha256: 'kept' }]);
    });

    test('the reader sees what was committed', async () => {
      await opened.store.insertInto('content').values({ sha256: 'new', size: 5, createdAt: 1 }).execute();
      const row = await opened.reader
        .selectFrom('content')
        .select('size')
        .where('sha256', '=', 'new')
        .executeTakeFirst();
      assert.deepEqual(row, { size: 5 });
    });

    test('a wrong statement of the reader is an error and does not end it', async () => {
      await assert.rejects(sql`select * from "nothing"`.execute(opened.reader));
      assert.equal((await sql<{ one: number }>`select 1 as "one"`.execute(opened.reader)).rows[0]?.one, 1);
    });

    test('a write that the database does not allow is coded read-only', async () => {
      const write = opened.store.transaction().execute(async (transaction) => {
        if (opened.kind === 'postgres') await sql`set transaction read only`.execute(transaction);
        else await sql`pragma query_only = on`.execute(transaction);
        await transaction.insertInto('content').values({ sha256: 'no', size: 1, createdAt: 1 }).execute();
      });
      await assert.rejects(write, (thrown) => isHoldfastError(thrown, 'database.read-only'));
      if (opened.kind === 'sqlite') await sql`pragma query_only = off`.execute(opened.store);
    });
  });
}

describe('a store that cannot be reached', () => {
  test('a PostgreSQL that is not there is coded unavailable', async () => {
    const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
    await assert.rejects(openStore({ databaseUrl, file: '', now: 1 }), (thrown) =>
      isHoldfastError(thrown, 'database.unavailable'),
    );
  });

  test('a file that cannot be opened is coded unavailable, and a wrong address is a fault of configuration', async () => {
    await assert.rejects(openStore({ file: '/nonexistent/folder/site.db', now: 1 }), (thrown) =>
      isHoldfastError(thrown, 'database.unavailable'),
    );
    await assert.rejects(openStore({ databaseUrl: 'mysql://x', file: '', now: 1 }), (thrown) =>
      isHoldfastError(thrown, 'site.config-invalid'),
    );
  });
});
