/** The site's own verbs: made, backed up, restored, started and stopped. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdfast, temporaryFolder } from './support.ts';

const main = fileURLToPath(new URL('../src/holdfast.ts', import.meta.url));

/** A site made by `init`, its ports free ones. */
async function madeSite(context: TestContext): Promise<{ folder: string; config: string }> {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const config = join(folder.path, 'site.yaml');
  const words = ['--config', config, '--site-code', 'ABC', '--host-name', '127.0.0.1', '--json'];
  const { code, out, error } = await holdfast(['site', 'init', ...words]);
  assert.equal(code, 0, error);
  const made = JSON.parse(out);
  assert.equal(made.siteCode, 'ABC');
  assert.match(made.firstRun, /^http:\/\/127\.0\.0\.1:8080\/first-run#.{20}/);
  const text = await readFile(config, 'utf8');
  await writeFile(
    config,
    text.replace('port: 8080', 'port: 0').replace('port: 8443', 'port: 0').replace('0.0.0.0', '127.0.0.1'),
  );
  return { folder: folder.path, config };
}

/** Starts the real program; answers its links once it has printed them. */
async function started(
  context: TestContext,
  config: string,
): Promise<{ child: ChildProcess; links: Record<string, string> }> {
  const child = spawn(process.execPath, [main, 'site', 'start', '--config', config, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  context.after(() => child.kill('SIGKILL'));
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') break;
  }
  return { child, links: JSON.parse(text) };
}

test('init keeps a site that is there, and a configuration that is there', async (context) => {
  const { config } = await madeSite(context);
  const before = await readFile(config, 'utf8');
  const again = await holdfast(['site', 'init', '--config', config, '--site-code', 'XYZ', '--json']);
  assert.equal(JSON.parse(again.error).error.code, 'site.exists');
  assert.equal(await readFile(config, 'utf8'), before);
  assert.equal((await stat(config)).mode & 0o777, 0o600);
});

test('a site is backed up by a second process while it runs, and restored by a third', async (context) => {
  const { folder, config } = await madeSite(context);
  const { child, links } = await started(context, config);
  assert.ok(links.console && links.managementPoint && links.firstRun);
  const answer = await fetch(`${links.console}/api/v1/site`);
  assert.equal(((await answer.json()) as { siteCode: string }).siteCode, 'ABC');
  const second = await holdfast(['site', 'start', '--config', config, '--json']);
  assert.equal(JSON.parse(second.error).error.code, 'site.running');
  const file = join(folder, 'site.backup');
  const backup = await holdfast(['site', 'backup', file, '--config', config, '--json']);
  assert.equal(JSON.parse(backup.out).siteCode, 'ABC', backup.error);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);

  const over = await holdfast(['site', 'restore', file, '--config', config, '--json']);
  assert.equal(JSON.parse(over.error).error.code, 'site.exists');
  await rm(join(folder, 'data'), { recursive: true });
  const missing = await holdfast(['site', 'start', '--config', config, '--json']);
  assert.equal(JSON.parse(missing.error).error.code, 'site.missing');
  assert.equal((await holdfast(['site', 'restore', file, '--config', config])).code, 0);
  const again = await started(context, config);
  assert.equal(new URL(again.links.firstRun ?? '').hash, new URL(links.firstRun ?? '').hash);
  again.child.kill('SIGINT');
  assert.deepEqual(await once(again.child, 'exit'), [0, null]);
});

test('the console is served over https with a certificate of the site itself', async (context) => {
  const { config } = await madeSite(context);
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('  # tls: own', '  tls: own'));
  const { child, links } = await started(context, config);
  assert.match(links.console ?? '', /^https:/);
  const words = ['overview', '--site', links.console ?? '', '--api-key', 'x', '--json'];
  assert.equal(JSON.parse((await holdfast(words)).error).error.code, 'network.tls');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a port that is taken is named with what to do', async (context) => {
  const { config } = await madeSite(context);
  const server = createServer().listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('port: 0', `port: ${address.port}`));
  const { code, error } = await holdfast(['site', 'start', '--config', config, '--json']);
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'port.in-use');
});
