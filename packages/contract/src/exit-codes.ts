/** What the exit codes of installers mean in the field, and how a Win32 or POSIX error is to be taken. */
import type { ExitCodeTable, ExitMeaning } from './software.ts';

/**
 * Defaults of the field: Windows Installer's codes (Microsoft Learn, "MsiExec.exe and InstMsi.exe error
 * messages") and Configuration Manager's return codes (0 and 1707 success, 3010 soft reboot, 1641 hard
 * reboot, 1618 fast retry). On Linux every code but 0 is a failure unless the program says otherwise.
 */
export const defaultExitCodes: ExitCodeTable = [
  { code: 0, meaning: 'success' },
  { code: 1707, meaning: 'success' },
  { code: 3010, meaning: 'reboot-required' },
  { code: 1641, meaning: 'reboot-started' },
  { code: 1618, meaning: 'busy' },
];

/**
 * The program's own row first, then the field's defaults, then failure. A code above 2^31 is the same as its negative
 * (0x80070005 and -2147024891): Windows tells the one, tables of the field have the other.
 */
export function exitMeaning(code: number, table: ExitCodeTable): ExitMeaning {
  const same = (entry: ExitCodeTable[number]) => (entry.code | 0) === (code | 0);
  return (table.find(same) ?? defaultExitCodes.find(same))?.meaning ?? 'failure';
}

/** Names of the exit codes that administrators meet most, for messages. */
const exitNames: Readonly<Record<number, string>> = {
  1602: 'cancelled by the user',
  1603: 'fatal error during installation',
  1604: 'suspended',
  1605: 'product is not installed',
  1612: 'source is not available',
  1618: 'another installation is running',
  1619: 'package could not be opened',
  1620: 'package is invalid',
  1625: 'forbidden by policy',
  1638: 'another version is installed',
  1641: 'restart started',
  3010: 'restart required',
};

export function exitName(code: number): string | undefined {
  return exitNames[code];
}

/** How a failure is to be taken: wait and try again, or give up. Windows Error codes: Microsoft Learn, "System Error Codes". */
export type ErrorClass = 'not-ready' | 'busy' | 'reboot-required' | 'refused' | 'fatal';

const win32Classes: Readonly<Record<number, ErrorClass>> = {
  21: 'not-ready', // ERROR_NOT_READY: KB829810
  32: 'busy', // ERROR_SHARING_VIOLATION
  33: 'busy', // ERROR_LOCK_VIOLATION
  1618: 'busy', // ERROR_INSTALL_ALREADY_RUNNING
  1641: 'reboot-required',
  3010: 'reboot-required',
  5: 'refused', // ERROR_ACCESS_DENIED
  1625: 'refused', // ERROR_INSTALL_PACKAGE_REJECTED
};

export function classifyWin32(code: number): ErrorClass {
  return win32Classes[code] ?? 'fatal';
}
