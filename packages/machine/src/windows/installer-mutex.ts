/**
 * Whether Windows Installer is at work: it holds the mutex _MSIExecute while it changes the machine, and whoever else wants
 * to gets 1618. Here the mutex is looked at and not taken: that could make an installation fail. Source: "_MSIExecute Mutex",
 * learn.microsoft.com/windows/win32/msi; NtQueryMutant.
 */
import type { Readiness } from '@holdfast/ports';
import { type Handle, loadKoffi, win32 } from './win32.ts';

export const installerMutex = 'Global\\_MSIExecute';
const alreadyRunning = 1618;

/** MUTANT_QUERY_STATE */
const queryState = 0x1;
/** MUTANT_BASIC_INFORMATION: its count is 1 while nobody holds it, and sinks with each time that it is taken. */
const basicInformation = { kind: 0, length: 8 } as const;
const free = 1;

type Calls = {
  open(access: number, inherit: boolean, name: string): Handle | null;
  query(mutex: Handle, kind: number, information: Buffer, size: number, needed: null): number;
};

let bound: Calls | undefined;

function bind(): Calls {
  const koffi = loadKoffi();
  return {
    open: koffi.load('kernel32.dll').func('void *OpenMutexW(uint32 access, bool inherit, str16 name)'),
    query: koffi
      .load('ntdll.dll')
      .func('int NtQueryMutant(void *mutex, int kind, void *information, uint32 size, void *needed)'),
  };
}

/** What cannot be looked at counts as idle: an installation that is refused for it comes back to its gate by its 1618. */
export function installerIdle(): Readiness {
  bound ??= bind();
  const mutex = bound.open(queryState, false, installerMutex);
  if (mutex === null) return { ready: true };
  const information = Buffer.alloc(basicInformation.length);
  const status = bound.query(mutex, basicInformation.kind, information, information.length, null);
  win32().closeHandle(mutex);
  if (status < 0 || information.readInt32LE() === free) return { ready: true };
  return { ready: false, reason: 'another installation is running', evidence: { exitCode: alreadyRunning } };
}
