/** DATABASE_URL: a site and the demonstration keep their tables in PostgreSQL. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { postgresMissing, startPostgres } from '@holdfast/site/test/postgres';
import { withEnvironment } from '../src/site-options.ts';
import { holdfast, temporaryFolder } from './support.ts';

const run = promisify(execFile);
const program = (name: string) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));
const skip = postgresMissing ?? false;

const config = { siteCode: 'LAB', dataFolder: '/nowhere', hostNames: ['localhost'] };

test('DATABASE_URL names the database where site.yaml names none', () => {
  const url = 'postgres://holdfast@127.0.0.1/holdfast';
  assert.equal(withEnvironment(config, { DATABASE_URL: url }).database, url);
  assert.equal(withEnvironment(config, { DATABASE_URL: '' }).database, undefined);
  const named = { ...config, database: 'postgres://named/one' };
  assert.equal(withEnvironment(named, { DATABASE_URL: url }).database, named.database);
  assert.throws(
    () => withEnvironment(config, { DATABASE_URL: 'mysql://x:secret@y/z' }),
    (thrown: unknown) => {
      assert.ok(thrown instanceof Error && 'code' in thrown && thrown.code === 'site.config-invalid');
      assert.doesNotMatch(thrown.message, /secret/);
      return true;
    },
  );
});

test('a site is made, started and backed up with DATABASE_URL', { skip }, async (context) => {
  const postgres = await startPostgres();
  context.after(() => postgres.stop());
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const path = join(folder.path, 'site.yaml');
  await writeFile(
    path,
    'siteCode: LAB\ndataFolder: data\nhostNames: [127.0.0.1]\nconsole: {port: 0}\nmanagementPoint: {host: 127.0.0.1, port: 0}\n',
  );
  const environment = { DATABASE_URL: postgres.url };
  const made = await holdfast(['site', 'init', '--config', path], { environment });
  assert.equal(made.code, 0, made.error);
  assert.match(made.out, /database +PostgreSQL, 127\.0\.0\.1:\d+\/postgres/);
  assert.doesNotMatch(made.error, /schema mismatch|sign-in/);
  assert.ok(!existsSync(join(folder.path, 'data', 'site.db')));

  const child = spawn(
    process.execPath,
    [program('holdfast.ts'), 'site', 'start', '--config', path, '--json'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...environment },
    },
  );
  context.after(() => child.kill('SIGKILL'));
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') break;
  }
  const answer = await fetch(`${JSON.parse(text).console}/api/v1/site`);
  assert.equal(((await answer.json()) as { siteCode: string }).siteCode, 'LAB');
  const file = join(folder.path, 'lab.backup');
  const backup = await holdfast(['site', 'backup', file, '--config', path, '--json'], { environment });
  assert.ok(JSON.parse(backup.out).tables.site === 1, backup.error);
  const inside = join(folder.path, 'data', 'inside.backup');
  const refused = await holdfast(['site', 'backup', inside, '--config', path, '--json'], { environment });
  assert.equal(JSON.parse(refused.error).error.code, 'command.invalid');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('the demonstration runs over PostgreSQL', { skip }, async (context) => {
  const postgres = await startPostgres();
  context.after(() => postgres.stop());
  const { stdout } = await run(process.execPath, [program('demo.ts'), '--once', '--json'], {
    env: { ...process.env, DATABASE_URL: postgres.url },
  });
  assert.deepEqual([JSON.parse(stdout).deployed, JSON.parse(stdout).repaired], [true, true]);
});
