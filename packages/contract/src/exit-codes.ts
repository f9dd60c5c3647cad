/** What the exit codes of programs mean in the field. */
import { installerExit } from './installer-exits.ts';
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

/** What the exit code of an installer says, as a clause; undefined where it is none that is known. */
export function exitName(code: number): string | undefined {
  return code === 0 ? undefined : installerExit(code)?.meaning;
}
