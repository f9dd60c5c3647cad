/** Failures of an installation, by the numbers of the installer's error messages. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { RunCause } from './model.ts';

/** Numbers of the Error table that a run answers. Source: learn.microsoft.com, "Windows Installer Error Messages". */
export const installerErrors = {
  streamUnopened: 1101,
  folderInTheWay: 1301,
  fileUnwritable: 1304,
  fileInUse: 1306,
  diskFull: 1307,
  sourceMissing: 1311,
  fileNotCopied: 1331,
  cabinetDamaged: 1335,
  keyUnwritable: 1406,
  noRoom: 1601,
  cancelled: 1602,
  fileUnmade: 1310,
  programUnstarted: 1721,
  programFailed: 1722,
  serviceUnstarted: 1920,
  serviceUnstopped: 1921,
  serviceUnremoved: 1922,
  serviceUninstalled: 1923,
  protectedFiles: 1933,
  internal: 2000,
} as const;

/**
 * @param values [2] and on of the message
 * @param happened in words of ours
 */
export function installerFailure(
  number: number,
  values: readonly (string | number)[],
  happened: string,
  cause?: unknown,
): HoldfastError {
  const numbered = Object.fromEntries(values.map((value, index) => [String(index + 2), value]));
  return new HoldfastError('installer.failed', happened, {
    ...(cause === undefined ? {} : { cause }),
    details: { installerError: number, ...numbered },
  });
}

/** Win32 errors that stand for what a disk says (winerror.h). */
const system = {
  denied: 5,
  writeProtected: 19,
  sharing: 32,
  full: 112,
  invalidName: 123,
  failed: 1117,
} as const;

function ofDisk(thrown: HoldfastError, path: string): Omit<RunCause, 'action' | 'message'> {
  switch (thrown.code) {
    case 'disk.full':
      return { installerError: installerErrors.diskFull, values: [path] };
    case 'disk.busy':
      return { installerError: installerErrors.fileInUse, values: [path, String(system.sharing)] };
    case 'disk.denied':
      return { installerError: installerErrors.fileUnmade, values: [String(system.denied), path] };
    case 'disk.read-only':
      return { installerError: installerErrors.fileUnmade, values: [String(system.writeProtected), path] };
    case 'disk.name-invalid':
      return { installerError: installerErrors.fileUnmade, values: [String(system.invalidName), path] };
    default:
      return { installerError: installerErrors.fileUnmade, values: [String(system.failed), path] };
  }
}

function numbersOf(thrown: unknown, path: string): Omit<RunCause, 'action' | 'message'> {
  if (isHoldfastError(thrown, 'installer.failed')) {
    const { installerError, ...numbered } = thrown.details;
    const values = Object.keys(numbered)
      .sort((one, other) => Number(one) - Number(other))
      .map((name) => String(numbered[name]));
    return { installerError: Number(installerError), values };
  }
  if (isHoldfastError(thrown, 'cab.incomplete')) {
    return {
      installerError: installerErrors.sourceMissing,
      values: [String(thrown.details.missing ?? path)],
    };
  }
  if (isHoldfastError(thrown, 'cab.invalid', 'cab.unsupported', 'cab.limit', 'msi.invalid', 'msi.limit')) {
    return { installerError: installerErrors.cabinetDamaged, values: [path] };
  }
  if (isHoldfastError(thrown) && thrown.code.startsWith('disk.')) return ofDisk(thrown, path);
  return { installerError: installerErrors.internal, values: [String(thrown)] };
}

/** @param path what was being worked on */
export function causeOf(thrown: unknown, action: string, path: string): RunCause {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { ...numbersOf(thrown, path), action, message };
}
