/** The screen of a Windows machine, read with GDI: all monitors of the session as one picture. */
import { HoldfastError } from '@holdfast/contract';
import type { Frame, Screen } from '@holdfast/ports';
import { bindScreenCalls, type ScreenCalls } from './screen-calls.ts';
import type { Handle } from './win32.ts';

/**
 * Whose pixels are seen, because Windows shows a program that does not know of scaling a smaller screen than there is:
 * those of the first monitor (Windows 7 to 8.1), or each monitor's own (Windows 10 and later). Before, nothing is scaled.
 */
export type SeenPixels = 'as-there-are' | 'of-the-first-monitor' | 'of-each-monitor';

export type GdiScreenOptions = {
  readonly pixels: SeenPixels;
  /** Path or file URL of the module beside whose packages koffi lies. */
  readonly packagesOf?: string;
};

/** GetSystemMetrics: the rectangle around all monitors, whose corner may be left of and above that of the first. */
const metrics = [76, 77, 78, 79];
/** GetUserObjectInformation: flags, of which the third number says whether the object can be seen; name. */
const information = { flags: 1, name: 2 } as const;
const visible = 1;
const readObjects = 1;
/** DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2 of Windows 10 1703, and the one before it. */
const perMonitor = [-4, -3];
/** BITMAPINFOHEADER */
const descriptionLength = 40;
/** Bytes of one picture: 8192 by 8192 pixels. */
const frameLimit = 268_435_456;

type Place = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Everything is taken and given back within a call: nothing is held between them. */
export function gdiScreen(options: GdiScreenOptions): Screen {
  let bound: ScreenCalls | undefined;
  function looking<T>(look: (calls: ScreenCalls) => T): T {
    bound ??= bindCalls(options.packagesOf);
    return withPixels(bound, options.pixels, look);
  }
  return {
    display: async () =>
      looking((calls) => {
        const { name, nothing } = desktop(calls);
        if (nothing !== undefined) return undefined;
        const { width, height } = wholeScreen(calls);
        return { name, width, height };
      }),
    capture: async () =>
      looking((calls) => {
        const { nothing } = desktop(calls);
        if (nothing !== undefined) throw new HoldfastError('screen.none', nothing);
        return captured(calls, wholeScreen(calls));
      }),
    close: () => undefined,
  };
}

function bindCalls(packagesOf: string | undefined): ScreenCalls {
  try {
    return bindScreenCalls(packagesOf);
  } catch (cause) {
    throw new HoldfastError('screen.failed', 'The libraries of GDI cannot be loaded.', { cause });
  }
}

/** The awareness of a thread is set back, because other code of this process may count on what it was. */
function withPixels<T>(calls: ScreenCalls, pixels: SeenPixels, look: (calls: ScreenCalls) => T): T {
  const { setThreadAwareness } = calls;
  if (pixels === 'as-there-are') return look(calls);
  if (pixels === 'of-the-first-monitor' || setThreadAwareness === undefined) {
    calls.seeFirstMonitorPixels?.();
    return look(calls);
  }
  let before: number | bigint = 0;
  for (const context of perMonitor) {
    before = setThreadAwareness(context);
    if (before) break;
  }
  try {
    return look(calls);
  } finally {
    if (before) setThreadAwareness(before);
  }
}

/** The name of the desktop that this session shows, `WinSta0\\Default`, or why there is none to be seen. */
function desktop(calls: ScreenCalls): { readonly name: string; readonly nothing?: string } {
  const none = (nothing: string) => ({ name: '', nothing });
  const session = Buffer.alloc(4);
  // Since Windows Vista services have a session of their own, which nobody sits at.
  if (!calls.sessionOf(calls.currentProcess(), session) || session.readUInt32LE() === 0) {
    return none('This is the session of the services, which has no screen.');
  }
  const station = calls.windowStation();
  const flags = Buffer.alloc(12);
  const isSeen = station !== null && calls.objectInformation(station, information.flags, flags);
  if (!isSeen || (flags.readUInt32LE(8) & visible) === 0)
    return none('The desktop of this account is never seen.');
  const input = calls.openInputDesktop(readObjects);
  if (input === null) return none('The session shows no desktop to this account.');
  const name = `${nameOf(calls, station)}\\${nameOf(calls, input)}`;
  calls.closeDesktop(input);
  return isShown(calls) ? { name } : none('Nothing shows the desktop of this session.');
}

function nameOf(calls: ScreenCalls, object: Handle): string {
  const name = Buffer.alloc(512);
  if (!calls.objectInformation(object, information.name, name)) return '';
  return name.toString('utf16le').split('\0', 1).join('');
}

function wholeScreen(calls: ScreenCalls): Place {
  const [left, top, width, height] = metrics.map((index) => calls.metric(index));
  if (!left && !top && !width && !height)
    throw failed(calls, 'Windows does not tell how large its screen is');
  return { left: left ?? 0, top: top ?? 0, width: width ?? 0, height: height ?? 0 };
}

/** A session without any display, as Wine has it without an X server, copies nothing and names no error. */
function isShown(calls: ScreenCalls): boolean {
  return withBitmap(
    calls,
    { left: 0, top: 0, width: 1, height: 1 },
    (copied) => copied || calls.lastError() !== 0,
  );
}

function captured(calls: ScreenCalls, place: Place): Frame {
  const { width, height } = place;
  if (width * height * 4 > frameLimit) throw failed(calls, 'The screen is too large to be read');
  return withBitmap(calls, place, (copied, bits) => {
    if (!copied) throw failed(calls, 'Windows gives no picture of its screen');
    return { width, height, pixels: calls.copy(bits, width * height * 4) };
  });
}

/** Copies a part of the screen into a bitmap that lasts as long as `use`: whether that went well, and where its pixels lie. */
function withBitmap<T>(calls: ScreenCalls, place: Place, use: (copied: boolean, bits: Handle) => T): T {
  const undo: (() => void)[] = [];
  /** What Windows gave, which is given back when this ends; later things first. */
  const taken = (handle: Handle | null, giveBack: (handle: Handle) => void): Handle => {
    if (handle === null) throw failed(calls, 'Windows has no memory left for a picture of its screen');
    undo.unshift(() => giveBack(handle));
    return handle;
  };
  try {
    const screen = taken(calls.screenContext(), calls.releaseContext);
    const memory = taken(calls.compatibleContext(screen), calls.deleteContext);
    const bits = Buffer.alloc(8);
    const bitmap = taken(calls.createBitmap(screen, bitmapOf(place), bits), calls.deleteObject);
    // A bitmap in use cannot be deleted: the one that was there comes back first.
    taken(calls.select(memory, bitmap), (before) => void calls.select(memory, before));
    calls.forgetError();
    const copied = calls.copyPixels(memory, [place.width, place.height], screen, [place.left, place.top]);
    if (copied) calls.flush();
    return use(copied, bits.readBigUInt64LE());
  } finally {
    for (const giveBack of undo) giveBack();
  }
}

/** Rows from the top (a height below zero), 32 bits a pixel, no compression. */
function bitmapOf({ width, height }: Place): Buffer {
  const description = Buffer.alloc(descriptionLength);
  description.writeUInt32LE(descriptionLength, 0);
  description.writeInt32LE(width, 4);
  description.writeInt32LE(-height, 8);
  description.writeUInt16LE(1, 12);
  description.writeUInt16LE(32, 14);
  return description;
}

function failed(calls: ScreenCalls, what: string): HoldfastError {
  const win32 = calls.lastError();
  return new HoldfastError('screen.failed', `${what} (Win32 error ${win32}).`, { details: { win32 } });
}
