/** Win32 errors that installers and services give: names, meanings, and how each is to be taken. */
import type { ErrorClass } from './error-class.ts';

export type Win32Error = {
  readonly code: number;
  readonly name: string;
  /** A clause. */
  readonly meaning: string;
  readonly class: ErrorClass;
};

/** Source: learn.microsoft.com, "System Error Codes". */
const known: Readonly<Record<number, readonly [name: string, meaning: string, is: ErrorClass]>> = {
  2: ['ERROR_FILE_NOT_FOUND', 'there is no such file', 'fatal'],
  3: ['ERROR_PATH_NOT_FOUND', 'there is no such folder', 'fatal'],
  5: ['ERROR_ACCESS_DENIED', 'access is denied', 'refused'],
  6: ['ERROR_INVALID_HANDLE', 'the handle is not valid', 'fatal'],
  8: ['ERROR_NOT_ENOUGH_MEMORY', 'memory is short', 'not-ready'],
  13: ['ERROR_INVALID_DATA', 'the data is not valid', 'fatal'],
  19: ['ERROR_WRITE_PROTECT', 'the medium is write-protected', 'refused'],
  20: ['ERROR_BAD_UNIT', 'there is no such device', 'fatal'],
  // KB829810: what Windows File Protection answers until it has started.
  21: ['ERROR_NOT_READY', 'it is not ready', 'not-ready'],
  23: ['ERROR_CRC', 'the medium has a read error', 'fatal'],
  32: ['ERROR_SHARING_VIOLATION', 'another process uses the file', 'busy'],
  33: ['ERROR_LOCK_VIOLATION', 'another process has locked the file', 'busy'],
  53: ['ERROR_BAD_NETPATH', 'the network path was not found', 'not-ready'],
  64: ['ERROR_NETNAME_DELETED', 'the network name is gone', 'not-ready'],
  65: ['ERROR_NETWORK_ACCESS_DENIED', 'network access is denied', 'refused'],
  67: ['ERROR_BAD_NET_NAME', 'the share was not found', 'fatal'],
  80: ['ERROR_FILE_EXISTS', 'the file exists', 'fatal'],
  87: ['ERROR_INVALID_PARAMETER', 'a parameter is not valid', 'fatal'],
  112: ['ERROR_DISK_FULL', 'the disk is full', 'not-ready'],
  123: ['ERROR_INVALID_NAME', 'the name is not valid', 'fatal'],
  126: ['ERROR_MOD_NOT_FOUND', 'a DLL was not found', 'fatal'],
  127: ['ERROR_PROC_NOT_FOUND', 'a function of a DLL was not found', 'fatal'],
  170: ['ERROR_BUSY', 'it is in use', 'busy'],
  183: ['ERROR_ALREADY_EXISTS', 'it exists already', 'fatal'],
  193: ['ERROR_BAD_EXE_FORMAT', 'the program is for another processor', 'refused'],
  206: ['ERROR_FILENAME_EXCED_RANGE', 'the path is too long', 'fatal'],
  258: ['WAIT_TIMEOUT', 'the wait timed out', 'not-ready'],
  267: ['ERROR_DIRECTORY', 'the folder name is not valid', 'fatal'],
  740: ['ERROR_ELEVATION_REQUIRED', 'it needs the rights of an administrator', 'refused'],
  1051: ['ERROR_DEPENDENT_SERVICES_RUNNING', 'services that depend on it are running', 'busy'],
  1053: ['ERROR_SERVICE_REQUEST_TIMEOUT', 'the service did not answer in time', 'not-ready'],
  1055: ['ERROR_SERVICE_DATABASE_LOCKED', 'the service database is locked', 'busy'],
  1056: ['ERROR_SERVICE_ALREADY_RUNNING', 'the service runs already', 'success'],
  1058: ['ERROR_SERVICE_DISABLED', 'the service is disabled', 'refused'],
  1060: ['ERROR_SERVICE_DOES_NOT_EXIST', 'there is no such service', 'fatal'],
  1061: ['ERROR_SERVICE_CANNOT_ACCEPT_CTRL', 'the service cannot take commands now', 'busy'],
  1062: ['ERROR_SERVICE_NOT_ACTIVE', 'the service is not running', 'not-ready'],
  1068: ['ERROR_SERVICE_DEPENDENCY_FAIL', 'a service that it depends on did not start', 'not-ready'],
  1069: ['ERROR_SERVICE_LOGON_FAILED', 'the account of the service could not log on', 'refused'],
  1070: ['ERROR_SERVICE_START_HANG', 'the service hangs as it starts', 'not-ready'],
  // The name is free only once every handle on it is closed, at the latest by a restart.
  1072: ['ERROR_SERVICE_MARKED_FOR_DELETE', 'the service is marked for deletion', 'reboot-required'],
  1112: ['ERROR_NO_MEDIA_IN_DRIVE', 'there is no disc in the drive', 'refused'],
  1115: ['ERROR_SHUTDOWN_IN_PROGRESS', 'the machine is shutting down', 'not-ready'],
  1157: ['ERROR_DLL_NOT_FOUND', 'a DLL was not found', 'fatal'],
  1223: ['ERROR_CANCELLED', 'the user cancelled it', 'refused'],
  1237: ['ERROR_RETRY', 'it asks to be tried again', 'busy'],
  1260: ['ERROR_ACCESS_DISABLED_BY_POLICY', 'a policy forbids the program', 'refused'],
  1314: ['ERROR_PRIVILEGE_NOT_HELD', 'a privilege is missing', 'refused'],
  1326: ['ERROR_LOGON_FAILURE', 'user name or password is wrong', 'refused'],
  1332: ['ERROR_NONE_MAPPED', 'an account name is not known', 'fatal'],
  1392: ['ERROR_FILE_CORRUPT', 'the file is damaged', 'fatal'],
  1450: ['ERROR_NO_SYSTEM_RESOURCES', 'system resources are short', 'not-ready'],
  1618: ['ERROR_INSTALL_ALREADY_RUNNING', 'another installation is running', 'busy'],
  1641: ['ERROR_SUCCESS_REBOOT_INITIATED', 'all is done, and a restart was started', 'reboot-required'],
  1722: ['RPC_S_SERVER_UNAVAILABLE', 'the service does not listen yet', 'not-ready'],
  1723: ['RPC_S_SERVER_TOO_BUSY', 'the service is too busy', 'busy'],
  3010: ['ERROR_SUCCESS_REBOOT_REQUIRED', 'all is done, and a restart is wanted', 'reboot-required'],
};

/** 0x8007nnnn, as a signed or an unsigned number, is Win32 error nnnn. */
function plainCode(code: number): number {
  return code >>> 16 === 0x8007 ? code & 0xffff : code;
}

/** Undefined where the number is none that is known. */
export function win32Error(code: number): Win32Error | undefined {
  const plain = plainCode(code);
  const [name, meaning, is] = known[plain] ?? [];
  if (name === undefined || meaning === undefined || is === undefined) return undefined;
  return { code: plain, name, meaning, class: is };
}
