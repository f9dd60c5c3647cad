/** The screen of Windows keeps its contract on a desktop of Wine, and a session without a display has none. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleForClient } from '../../../scripts/build-client.ts';
import { makeWinePrefix, toWindows, type WinePrefix, windowsRuntime, wineAvailable } from '../wine/index.ts';
import type { InnerResult } from './windows-reporter.ts';
import { startXServer, type XServer, xServerMissing } from './x-server.ts';

const skip = wineAvailable() ?? xServerMissing() ?? false;
const folder = await mkdtemp(`${tmpdir()}/holdfast-screen-`);
let prefix: WinePrefix;
let server: XServer;
let bundle: string;

before(async () => {
  if (skip !== false) return;
  prefix = await makeWinePrefix(`${folder}/prefix`);
  server = await startXServer({ screen: '640x480x24' });
  const entry = fileURLToPath(new URL('windows-screen.ts', import.meta.url));
  bundle = await bundleForClient(entry, 'windows', `${folder}/bundle`);
});
after(async () => {
  await prefix?.close();
  await server?.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the inner tests in a session whose display is this one; none unless given. */
async function inner(words: readonly string[], environment: Record<string, string>, mode: string) {
  const reporter = toWindows(fileURLToPath(new URL('windows-reporter.ts', import.meta.url)));
  const [program = '', ...first] = [...words, toWindows((await windowsRuntime()).node)];
  const run = await prefix.run(program, [...first, toWindows(bundle), mode], {
    environment: {
      ...environment,
      NODE_OPTIONS: `--test-reporter=file:///${reporter.replaceAll('\\', '/')}`,
    },
  });
  const lines = run.output.split('\n').filter((line) => line.startsWith('{"title":'));
  assert.ok(lines.length > 0, `nothing ran: exit code ${run.code}, ${run.output}`);
  return lines.map((line): InnerResult => JSON.parse(line));
}

test('a session without a display has no screen', { skip }, async (context) => {
  for (const { title, failure } of await inner([], {}, 'hidden')) {
    await context.test(title, () => assert.ok(failure === undefined, failure));
  }
  // The next session gets a display, which is made once for all programs of a session.
  await prefix.shutDown();
});

test('the screen of Windows keeps its contract', { skip }, async (context) => {
  const desktop = ['explorer', '/desktop=holdfast,160x120'];
  for (const { title, skipped, failure } of await inner(desktop, { DISPLAY: server.display }, 'shown')) {
    await context.test(title, { skip: skipped ?? false }, () => assert.ok(failure === undefined, failure));
  }
});
