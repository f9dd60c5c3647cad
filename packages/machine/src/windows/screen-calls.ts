/** The calls of user32 and gdi32 that read a screen, through koffi. Source: winuser.h, wingdi.h. */
import type * as Koffi from 'koffi';
import { loadKoffi } from '../shared/koffi.ts';
import type { Handle } from './win32.ts';

export type ScreenCalls = {
  lastError(): number;
  forgetError(): void;
  currentProcess(): number;
  sessionOf(pid: number, session: Buffer): boolean;
  metric(index: number): number;
  windowStation(): Handle | null;
  openInputDesktop(access: number): Handle | null;
  closeDesktop(desktop: Handle): void;
  objectInformation(object: Handle, kind: number, information: Buffer): boolean;
  /** Of the whole screen. */
  screenContext(): Handle | null;
  releaseContext(context: Handle): void;
  compatibleContext(context: Handle): Handle | null;
  deleteContext(context: Handle): void;
  /** A bitmap whose pixels lie at the address that is written into `bits`. */
  createBitmap(context: Handle, description: Buffer, bits: Buffer): Handle | null;
  select(context: Handle, object: Handle): Handle | null;
  deleteObject(object: Handle): void;
  copyPixels(
    to: Handle,
    size: readonly [number, number],
    from: Handle,
    at: readonly [number, number],
  ): boolean;
  flush(): void;
  /** Of Windows Vista and later: from now on this process sees the pixels of the first monitor. Undefined before. */
  readonly seeFirstMonitorPixels: (() => void) | undefined;
  /** Of Windows 10 1607 and later; undefined before. Answers what was set, to be set again; 0 where it is refused. */
  readonly setThreadAwareness: ((context: number | bigint) => number | bigint) | undefined;
  /** A copy of memory. */
  copy(at: Handle, length: number): Uint8Array;
};

/** SRCCOPY with CAPTUREBLT, without which layered windows are missing. */
const copyWithLayers = 0x40cc_0020;

/** @throws what koffi says where a library cannot be loaded */
export function bindScreenCalls(packagesOf: string | undefined): ScreenCalls {
  const koffi = loadKoffi(packagesOf);
  const kernel = koffi.load('kernel32.dll');
  const user = koffi.load('user32.dll');
  const gdi = koffi.load('gdi32.dll');
  const call = {
    setLastError: kernel.func('void SetLastError(uint32 code)'),
    openInputDesktop: user.func('void *OpenInputDesktop(uint32 flags, bool inherit, uint32 access)'),
    objectInformation: user.func(
      'bool GetUserObjectInformationW(void *object, int kind, void *information, uint32 size, void *needed)',
    ),
    screenContext: user.func('void *GetDC(void *window)'),
    releaseContext: user.func('int ReleaseDC(void *window, void *context)'),
    createBitmap: gdi.func(
      'void *CreateDIBSection(void *context, void *description, uint32 colours, void *bits, void *section, uint32 offset)',
    ),
    bitBlt: gdi.func(
      'bool BitBlt(void *to, int x, int y, int width, int height, void *from, int fromX, int fromY, uint32 how)',
    ),
  };
  return {
    lastError: kernel.func('uint32 GetLastError()'),
    forgetError: () => void call.setLastError(0),
    currentProcess: kernel.func('uint32 GetCurrentProcessId()'),
    sessionOf: kernel.func('bool ProcessIdToSessionId(uint32 pid, void *session)'),
    metric: user.func('int GetSystemMetrics(int index)'),
    windowStation: user.func('void *GetProcessWindowStation()'),
    openInputDesktop: (access) => call.openInputDesktop(0, false, access),
    closeDesktop: user.func('bool CloseDesktop(void *desktop)'),
    objectInformation: (object, kind, information) =>
      call.objectInformation(object, kind, information, information.length, null),
    screenContext: () => call.screenContext(null),
    releaseContext: (context) => void call.releaseContext(null, context),
    compatibleContext: gdi.func('void *CreateCompatibleDC(void *context)'),
    deleteContext: gdi.func('bool DeleteDC(void *context)'),
    createBitmap: (context, description, bits) => call.createBitmap(context, description, 0, bits, null, 0),
    select: gdi.func('void *SelectObject(void *context, void *object)'),
    deleteObject: gdi.func('bool DeleteObject(void *object)'),
    copyPixels: (to, [width, height], from, [x, y]) =>
      call.bitBlt(to, 0, 0, width, height, from, x, y, copyWithLayers),
    flush: gdi.func('bool GdiFlush()'),
    seeFirstMonitorPixels: optional(user, 'bool SetProcessDPIAware()'),
    setThreadAwareness: optional(user, 'intptr_t SetThreadDpiAwarenessContext(intptr_t context)'),
    copy: (at, length) => new Uint8Array(new Uint8Array(koffi.view(at, length))),
  };
}

/** A function that not every version of the system has. */
function optional<T extends (...words: never[]) => unknown>(
  library: Koffi.LibraryHandle,
  definition: string,
): T | undefined {
  try {
    return library.func(definition) as unknown as T;
  } catch {
    return undefined;
  }
}
