/** The screen driver as it ships: the variant of each version of the system reads the screen, and a damaged one is not run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startXServer, type XServer, xServerMissing } from '../../packages/machine/test/x-server.ts';
import { toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { clientNode } from '../support/client.ts';
import { type BuiltRelease, builtRelease } from '../support/release.ts';
import { useWine } from '../support/wine.ts';

const noScreen = xServerMissing() ?? (process.getuid?.() === 0 ? false : 'needs root');
const noWindows = noScreen || (wineAvailable() ?? false);
const wine = useWine(noWindows);

let built: BuiltRelease;
let server: XServer;

/** The answer of `screen test`, or the error. */
function answerIn(output: string) {
  const [document] = /^\{[\s\S]*^\}$/m.exec(output) ?? /^\{.*\}$/m.exec(output) ?? [];
  assert.ok(document, output);
  return JSON.parse(document);
}

function onLinux(installFolder: string): Promise<string> {
  const words = [join(installFolder, 'launcher/launcher.mjs'), 'screen', 'test', '--json'];
  const env = { ...process.env, DISPLAY: server.display };
  return new Promise((resolve) => {
    execFile(
      clientNode,
      [...words, '--folder', wine.folder],
      { env, timeout: 60_000 },
      (_failure, out, error) => resolve(out || error),
    );
  });
}

async function onWindows(display: string, ...desktop: readonly string[]) {
  const folder = join(built.folder, 'windows-x64');
  const node = toWindows(join(folder, 'runtime/node.exe'));
  const launcher = toWindows(join(folder, 'launcher/launcher.mjs'));
  const [program = '', ...words] = [...desktop, node, launcher, 'screen', 'test', '--json'];
  // Node 22 refuses to start on what is older than Windows 10.
  const environment = { DISPLAY: display, NODE_SKIP_PLATFORM_CHECK: '1' };
  const { output } = await wine.prefix.run(program, [...words, '--folder', 'C:\\state'], { environment });
  return answerIn(output);
}

describe('the screen driver of the packaged client', { skip: noScreen }, () => {
  before(async () => {
    built = await builtRelease();
    server = await startXServer({ screen: '320x240x24' });
  });
  after(() => server?.kill());

  it('reads the screen of X11', async () => {
    const { outcome, display } = answerIn(await onLinux(join(built.folder, 'linux-x64')));
    const seen = { name: server.display, width: 320, height: 240 };
    assert.deepEqual({ outcome, display }, { outcome: 'captured', display: seen });
  });

  it('is not run when one byte more is in it', async () => {
    const copy = join(wine.folder, 'client');
    // Run by another Node, so that the large file need not be copied.
    const filter = (path: string) => !path.endsWith('/runtime');
    await cp(join(built.folder, 'linux-x64'), copy, { recursive: true, filter });
    await appendFile(join(copy, 'seed/screen/x11/screen.mjs'), ' ');
    assert.equal(answerIn(await onLinux(copy)).error.code, 'component.damaged');
  });

  it('finds no screen on a Windows without a display', { skip: noWindows }, async () => {
    assert.equal((await onWindows('')).outcome, 'no-screen');
    await wine.prefix.shutDown();
  });

  for (const [version, variant] of [
    ['win10', 'win10'],
    ['win81', 'win7'],
    ['win7', 'win7'],
    ['winxp64', 'winxp'],
  ] as const) {
    it(`reads the screen of Windows with its own variant: ${version}`, { skip: noWindows }, async () => {
      await wine.prefix.run('winecfg', ['-v', version]);
      await wine.prefix.shutDown();
      const answer = await onWindows(server.display, 'explorer', '/desktop=holdfast,320x240');
      assert.equal(answer.outcome, 'captured', answer.text);
      assert.ok(answer.driver.endsWith(`\\screen\\${variant}\\screen.mjs`), answer.driver);
      assert.deepEqual(answer.display, { name: 'WinSta0\\holdfast', width: 320, height: 240 });
    });
  }
});
