/** What starts the client on Windows keeps its contract: on Windows Node under Wine, with a real service. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleForClient } from '../../../scripts/build-client.ts';
import { makeWinePrefix, toWindows, type WinePrefix, wineAvailable } from '../wine/index.ts';
import { innerResults } from './windows-results.ts';

const skip = wineAvailable() ?? false;
const folder = await mkdtemp(`${tmpdir()}/holdfast-windows-starters-`);
let prefix: WinePrefix | undefined;

after(async () => {
  await prefix?.close();
  await rm(folder, { recursive: true, force: true });
});

const sourceOf = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url));

test('what starts the client keeps its contract on Windows', { skip }, async (context) => {
  prefix = await makeWinePrefix(`${folder}/prefix`);
  const bundleOf = (name: string) => bundleForClient(sourceOf(name), 'windows', `${folder}/${name}`);
  const service = toWindows(await bundleOf('windows-hosted'));
  const reporter = toWindows(sourceOf('windows-reporter')).replaceAll('\\', '/');
  const words = [service, ...(process.env.HOLDFAST_FULL ? ['deaf'] : [])];
  const run = await prefix.runNode(await bundleOf('windows-starters'), words, {
    environment: { NODE_OPTIONS: `--test-reporter=file:///${reporter}` },
    timeoutMs: 300_000,
  });
  const results = innerResults(run.output);
  assert.ok(results.length > 0, `nothing ran: exit code ${run.code}, ${run.output}`);
  for (const { title, skipped, failure } of results) {
    await context.test(title, { skip: skipped ?? false }, () => assert.ok(failure === undefined, failure));
  }
  const failed = results.some((result) => result.failure !== undefined);
  assert.ok(failed || run.code === 0, `exit code ${run.code}: ${run.output}`);
});
