/** Exit codes of msiexec that this installer answers. Source: learn.microsoft.com, "MsiExec.exe and InstMsi.exe Error Messages". */

export const exitCodes = {
  success: 0,
  cancelled: 1602,
  fatal: 1603,
  notInstalled: 1605,
  unknownFeature: 1606,
  damagedConfiguration: 1610,
  sourceAbsent: 1612,
  anotherRunning: 1618,
  packageUnopened: 1619,
  packageInvalid: 1620,
  logUnopened: 1622,
  transformUnfit: 1624,
  wrongPlatform: 1633,
  otherVersion: 1638,
  badCommandLine: 1639,
  restartStarted: 1641,
  restartNeeded: 3010,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Whether what was asked for is done. */
export function isSuccess(exitCode: number): boolean {
  return (
    exitCode === exitCodes.success ||
    exitCode === exitCodes.restartStarted ||
    exitCode === exitCodes.restartNeeded
  );
}
