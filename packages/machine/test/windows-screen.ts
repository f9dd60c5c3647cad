/** The contract of the screen with GDI, for the run inside Wine: with a desktop to look at, or (`hidden`) with none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame, Screen } from '@holdfast/ports';
import { rejectsWith, screenContract } from '@holdfast/ports/suites';
import { loadKoffi } from '../src/shared/koffi.ts';
import { gdiScreen } from '../src/windows/screen.ts';

const koffi = loadKoffi();
const user = koffi.load('user32.dll');
const gdi = koffi.load('gdi32.dll');
const call = {
  screen: user.func('void *GetDC(void *window)'),
  release: user.func('int ReleaseDC(void *window, void *context)'),
  newContext: gdi.func('void *CreateCompatibleDC(void *context)'),
  deleteContext: gdi.func('bool DeleteDC(void *context)'),
  draw: gdi.func(
    'int SetDIBitsToDevice(void *context, int x, int y, uint32 width, uint32 height, int fromX, int fromY, uint32 first, uint32 rows, void *pixels, void *description, uint32 colours)',
  ),
  metric: user.func('int GetSystemMetrics(int index)'),
  station: user.func('void *GetProcessWindowStation()'),
  newStation: user.func(
    'void *CreateWindowStationW(str16 name, uint32 flags, uint32 access, void *security)',
  ),
  setStation: user.func('bool SetProcessWindowStation(void *station)'),
};

function draw({ width, height, pixels }: Frame): void {
  const description = Buffer.alloc(40);
  description.writeUInt32LE(description.length, 0);
  description.writeInt32LE(width, 4);
  description.writeInt32LE(-height, 8);
  description.writeUInt16LE(1, 12);
  description.writeUInt16LE(32, 14);
  const context = call.screen(null);
  const rows = call.draw(context, 0, 0, width, height, 0, 0, 0, height, Buffer.from(pixels), description, 0);
  call.release(null, context);
  assert.equal(rows, height, 'the picture is on the screen');
}

/** More than are free between those in use. */
const probes = 500;

/**
 * Wine does not count the handles of GDI (GetGuiResources); it gives out free places of its table first. The place of the
 * last of many new ones tells how many were in use, whichever are free.
 */
function handlesHeld(): number {
  const contexts = Array.from({ length: probes }, (): bigint => call.newContext(null));
  const places = contexts.map((context) => Number(context & 0xffffn));
  for (const context of contexts) call.deleteContext(context);
  return Math.max(...places) - probes;
}

/** The same screen, asked by a process of a window station that is never shown, as services have one. */
function inHiddenStation(screen: Screen): Screen {
  const hidden: bigint | null = call.newStation(null, 0, 0x37f, null);
  assert.ok(hidden !== null, 'there is a hidden window station');
  const there = async <T>(ask: () => Promise<T>): Promise<T> => {
    const own = call.station();
    assert.ok(call.setStation(hidden));
    try {
      return await ask();
    } finally {
      call.setStation(own);
    }
  };
  return {
    display: () => there(() => screen.display()),
    capture: () => there(() => screen.capture()),
    close: screen.close,
  };
}

const [, , mode] = process.argv;
for (const pixels of ['of-the-first-monitor', 'of-each-monitor'] as const) {
  if (mode === 'hidden') {
    test(`a session without a display has no screen: pixels ${pixels}`, async () => {
      const screen = gdiScreen({ pixels });
      assert.equal(await screen.display(), undefined);
      await rejectsWith(screen.capture(), 'screen.none');
    });
  } else {
    test(`a window station that is never shown is told as such: pixels ${pixels}`, async () => {
      await assert.rejects(inHiddenStation(gdiScreen({ pixels })).capture(), /never seen/);
    });
    screenContract(async () => {
      const screen = gdiScreen({ pixels });
      // Windows keeps a few contexts of the screen for the next one who asks.
      await screen.display();
      return {
        screen,
        size: { width: call.metric(0), height: call.metric(1) },
        draw: async (picture) => draw(picture),
        blind: inHiddenStation(gdiScreen({ pixels })),
        held: async () => handlesHeld(),
        cleanup: async () => screen.close(),
      };
    });
  }
}
