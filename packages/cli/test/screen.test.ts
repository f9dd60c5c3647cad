/** The screen of this machine, seen by `holdfast-client screen test` and by a driver that lies in a folder of its own. */
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { openDriver, screenSelfTest } from '@holdfast/client';
import type { Frame } from '@holdfast/ports';
import { coloursOf, rejectsWith, testPicture } from '@holdfast/ports/suites';
import { bundleProgram } from '../../../scripts/bundle.ts';
import { startXServer, xServerMissing } from '../../machine/test/x-server.ts';
import { pngOf } from '../src/client/png.ts';
import { runClientProgram } from '../src/client/program.ts';
import { testScreenDriver } from '../src/client/screen-driver.ts';
import { thisMachine } from '../src/this-machine.ts';
import { surroundings, temporaryFolder } from './support.ts';

const isRoot = process.getuid?.() === 0;
const skip = xServerMissing() ?? (isRoot ? false : 'needs root');

/** Reads what `pngOf` writes, by the specification: lengths, kinds, the filter "up". */
function framePng(png: Buffer): Frame {
  assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const length = png.readUInt32BE(33);
  assert.equal(png.toString('latin1', 37, 41), 'IDAT');
  const rows = inflateSync(png.subarray(41, 41 + length));
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    assert.equal(rows[y * (width * 3 + 1)], 2);
    for (let at = 0; at < width * 3; at += 1) {
      const to = (y * width + Math.floor(at / 3)) * 4 + 2 - (at % 3);
      pixels[to] = (rows[y * (width * 3 + 1) + 1 + at] ?? 0) + (y === 0 ? 0 : (pixels[to - width * 4] ?? 0));
    }
  }
  return { width, height, pixels };
}

async function client(display: string, ...words: string[]) {
  const said = { out: '', error: '' };
  const before = process.env.DISPLAY;
  process.env.DISPLAY = display;
  try {
    return { code: await runClientProgram(words, surroundings(said)), ...said };
  } finally {
    if (before === undefined) delete process.env.DISPLAY;
    else process.env.DISPLAY = before;
  }
}

test('pictures of every size come out of a PNG file as they went in', () => {
  for (const size of [
    { width: 1, height: 1 },
    { width: 7, height: 3 },
    { width: 160, height: 120 },
  ]) {
    const picture = testPicture(size, 3);
    assert.deepEqual(coloursOf(framePng(pngOf(picture))), coloursOf(picture));
  }
});

test('an administrator gets a picture of the screen, in a new file of his own', { skip }, async (context) => {
  const { path: folder, remove } = await temporaryFolder();
  context.after(remove);
  const server = await startXServer();
  context.after(server.kill);
  const picture = testPicture({ width: 160, height: 120 });
  server.draw(picture);
  const output = join(folder, 'screen.png');
  const { code, out, error } = await client(server.display, 'screen', 'test', '--json', '--output', output);
  assert.equal(code, 0, error);
  const { outcome, passed, display } = JSON.parse(out);
  const seen = { name: server.display, width: 160, height: 120 };
  assert.deepEqual({ outcome, passed, display }, { outcome: 'captured', passed: true, display: seen });
  const drawn = coloursOf(picture);
  assert.deepEqual(coloursOf(framePng(await readFile(output))), drawn);
  assert.equal((await stat(output)).mode & 0o777, 0o600);
  const again = await client(server.display, 'screen', 'test', '--json', '--output', output);
  assert.equal(JSON.parse(again.error).error.code, 'disk.exists');
});

test('a machine without a screen passes, with the reason; another word than test is refused', {
  skip,
}, async () => {
  const { code, out } = await client(':59999', 'screen', 'test', '--json');
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).outcome, 'no-screen');
  assert.match(JSON.parse(out).text, /No X server runs here/);
  assert.equal((await client(':59999', 'screen', 'film')).code, 1);
});

test('a driver that lies alone in a folder works, and speaks in the errors of who loads it', {
  skip,
}, async (context) => {
  const { path: folder, remove } = await temporaryFolder();
  context.after(remove);
  const entry = join(import.meta.dirname, '../src/components/screen-x11.ts');
  const output = join(folder, '1.2.3-x11');
  await bundleProgram({
    entries: { screen: entry },
    output,
    target: 'node22',
    external: ['koffi'],
    alone: true,
  });
  const server = await startXServer();
  context.after(server.kill);
  process.env.DISPLAY = server.display;
  context.after(() => delete process.env.DISPLAY);
  const screen = await openDriver((file) => import(file), join(output, 'screen.mjs'), {
    packagesOf: import.meta.url,
  });
  const machine = thisMachine();
  context.after(() => machine.close());
  assert.equal((await screenSelfTest(screen, { clock: machine.clock })).outcome, 'captured');
  await server.kill();
  await rejectsWith(screen.capture(), 'screen.none');
});

test('a driver is tested in a process of its own, which may end as it likes', { skip }, async (context) => {
  const { path: folder, remove } = await temporaryFolder();
  context.after(remove);
  const server = await startXServer();
  context.after(server.kill);
  process.env.DISPLAY = server.display;
  context.after(() => delete process.env.DISPLAY);
  const machine = thisMachine();
  context.after(() => machine.close());
  const good = await testScreenDriver(machine, join(import.meta.dirname, '../src/components/screen-x11.ts'));
  const display = { name: server.display, width: 160, height: 120 };
  const text = `One picture of ${server.display}, 160 by 120 pixels, was read.`;
  assert.deepEqual(good, { outcome: 'captured', passed: true, text, display });
  const drivers = {
    'ends its process': 'process.exit(0)',
    'is cut off': 'export const driver = {',
  };
  for (const [deed, source] of Object.entries(drivers)) {
    const path = join(folder, `${deed}.mjs`);
    await writeFile(path, source);
    const { outcome, passed } = await testScreenDriver(machine, path);
    assert.deepEqual({ outcome, passed }, { outcome: 'failed', passed: false }, deed);
  }
});
