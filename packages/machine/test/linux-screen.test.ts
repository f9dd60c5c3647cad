/** The screen of X11 keeps its contract, and none of what an X server may do harms the one who looks. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { coloursOf, rejectsWith, screenContract, testPicture } from '@holdfast/ports/suites';
import { x11Screen } from '../src/linux/screen.ts';
import { systemPlaces } from '../src/linux/screen-displays.ts';
import { temporaryFolder } from './temporary.ts';
import { startXServer, type XServer, type XServerOptions, xServerMissing } from './x-server.ts';

const skip = xServerMissing() ?? false;
const size = { width: 160, height: 120 };

/** Sockets that this process has open. */
function sockets(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith('socket:');
    } catch {
      return false; // the one that this folder was read by
    }
  }).length;
}

if (skip === false) {
  screenContract(async () => {
    const server = await startXServer();
    const screen = x11Screen({ display: server.display });
    return {
      screen,
      size,
      draw: async (picture) => server.draw(picture),
      blind: x11Screen({ display: ':59999' }),
      vanish: server.kill,
      held: async () => sockets(),
      cleanup: async () => {
        screen.close();
        await server.kill();
      },
    };
  });
}

async function serverFor(context: TestContext, options: XServerOptions = {}): Promise<XServer> {
  const server = await startXServer(options);
  context.after(server.kill);
  return server;
}

test('a screen whose pixels are not of one byte a colour is refused by its depth', {
  skip,
}, async (context) => {
  for (const depth of [8, 16, 30]) {
    const server = await serverFor(context, { screen: `160x120x${depth}` });
    await rejectsWith(x11Screen({ display: server.display }).capture(), 'screen.failed');
  }
});

/** An entry of an Xauthority file for every machine and display: each part after its length. Source: Xau(3). */
function authorityEntry(secret: string): Buffer {
  const parts = ['', '', 'MIT-MAGIC-COOKIE-1', secret].map((part) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(part.length);
    return Buffer.concat([length, Buffer.from(part)]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xff]), ...parts]);
}

test('a server is shown the secret of its own file, and lets nobody in with another', {
  skip,
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const [right, wrong] = [join(folder.path, 'right'), join(folder.path, 'wrong')];
  writeFileSync(right, authorityEntry('right secret 123'));
  writeFileSync(wrong, authorityEntry('wrong secret 123'));
  const { display } = await serverFor(context, { words: ['-auth', right] });
  const seeing = async (authority?: string) => {
    // What is known of the server's command line is hidden, so that only the named file counts.
    const places = { ...systemPlaces, ...(authority ? { processes: folder.path } : {}) };
    const screen = x11Screen({ display, places, ...(authority ? { authority } : {}) });
    return await screen.capture().finally(screen.close);
  };
  assert.equal((await seeing()).width, size.width, 'by the command line of the server');
  assert.equal((await seeing(right)).width, size.width, 'by the file that was named');
  await rejectsWith(seeing(wrong), 'screen.failed');
  await rejectsWith(seeing(join(folder.path, 'missing')), 'screen.failed');
});

test('a server that stops answering is left after a while, and looked at again when it answers', {
  skip,
}, async (context) => {
  const server = await serverFor(context);
  const screen = x11Screen({ display: server.display, patienceMs: 300 });
  await screen.capture();
  server.pause();
  await rejectsWith(screen.capture(), 'screen.failed');
  await rejectsWith(screen.display(), 'screen.failed');
  server.continue();
  assert.equal((await screen.capture()).height, size.height);
  screen.close();
});

test('who leaves in the middle of a picture hears of it, and holds nothing', { skip }, async (context) => {
  const server = await serverFor(context);
  const before = sockets();
  const screen = x11Screen({ display: server.display });
  server.draw(testPicture(size));
  await screen.capture();
  const pictures = [screen.capture(), screen.capture(), screen.display()];
  screen.close();
  await Promise.allSettled(pictures);
  assert.equal(sockets(), before);
  const opening = screen.display();
  screen.close();
  await Promise.allSettled([opening]);
  assert.equal(sockets(), before, 'left before it was connected');
  assert.deepEqual(coloursOf(await screen.capture()), coloursOf(testPicture(size)));
  screen.close();
});

test('without a display named, the lowest that can be read is shown; one that was killed counts as none', {
  skip,
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const [dead, live] = [await serverFor(context), await serverFor(context)];
  await dead.kill();
  symlinkSync(`${systemPlaces.sockets}/X${live.display.slice(1)}`, join(folder.path, 'X3'));
  symlinkSync(`${systemPlaces.sockets}/X${dead.display.slice(1)}`, join(folder.path, 'X2'));
  writeFileSync(join(folder.path, 'X1'), 'no socket');
  writeFileSync(join(folder.path, 'Xnone'), '');
  const places = { ...systemPlaces, sockets: folder.path };
  for (const display of [undefined, 'afar:10.0', '']) {
    const screen = x11Screen({ places, ...(display === undefined ? {} : { display }) });
    assert.equal((await screen.display())?.name, ':3');
    screen.close();
  }
  rmSync(join(folder.path, 'X3'));
  assert.equal(await x11Screen({ places }).display(), undefined);
});

test('a Wayland session has no screen for X11, and says so', { skip }, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const server = await serverFor(context);
  const account = String(process.getuid?.());
  mkdirSync(join(folder.path, account));
  writeFileSync(join(folder.path, account, 'wayland-0'), '');
  const screen = x11Screen({ display: server.display, places: { ...systemPlaces, runtime: folder.path } });
  assert.equal(await screen.display(), undefined);
  await assert.rejects(screen.capture(), /Wayland/);
});
