/** How a failure is to be taken: the one catalogue of classes for Win32, installers, HTTP, dpkg and our own errors. */
import type { ErrorClass } from './error-class.ts';
import { type ErrorCode, HoldfastError } from './errors.ts';
import { installerExit } from './installer-exits.ts';
import { win32Error } from './win32-errors.ts';

/** A failure as the world names it. */
export type KnownError = {
  /** `Win32 21`, `exit code 1618`, `HTTP 429`: how a sentence refers to it. */
  readonly label: string;
  /** `ERROR_NOT_READY` and the like. */
  readonly name: string;
  /** A clause: `it is not ready`. */
  readonly meaning: string;
  readonly class: ErrorClass;
};

/** A Win32 error, also as HRESULT 0x8007nnnn; what is not known is fatal. Source: Microsoft Learn, "System Error Codes". */
export function knownWin32(code: number): KnownError {
  const known = win32Error(code);
  const label = `Win32 ${known?.code ?? code}`;
  if (code === 0) return { label, name: 'ERROR_SUCCESS', meaning: 'it was done', class: 'success' };
  if (known) return { label, name: known.name, meaning: known.meaning, class: known.class };
  return { label, name: `WIN32_${code}`, meaning: `Windows reports error ${code}`, class: 'fatal' };
}

export function classifyWin32(code: number): ErrorClass {
  return knownWin32(code).class;
}

/** The exit code of an installer; what is not known is fatal. */
export function knownExit(code: number): KnownError {
  const label = `exit code ${code}`;
  const known = installerExit(code);
  if (known) return { label, ...known };
  return {
    label,
    name: `EXIT_${code}`,
    meaning: `it ended with ${code}`,
    class: code === 0 ? 'success' : 'fatal',
  };
}

/** Source: RFC 9110 section 15, RFC 6585 section 4. */
const httpStatuses: Readonly<Record<number, readonly [name: string, meaning: string, is: ErrorClass]>> = {
  401: ['Unauthorized', 'it asks who we are', 'refused'],
  403: ['Forbidden', 'it is forbidden', 'refused'],
  404: ['Not Found', 'it is not there', 'refused'],
  407: ['Proxy Authentication Required', 'the proxy asks who we are', 'refused'],
  408: ['Request Timeout', 'the request took too long', 'busy'],
  409: ['Conflict', 'it has changed meanwhile', 'busy'],
  410: ['Gone', 'it is there no more', 'refused'],
  413: ['Content Too Large', 'it is too large', 'refused'],
  421: ['Misdirected Request', 'another server answered', 'not-ready'],
  423: ['Locked', 'it is locked', 'busy'],
  425: ['Too Early', 'it came too early', 'not-ready'],
  429: ['Too Many Requests', 'too many ask at once', 'busy'],
  500: ['Internal Server Error', 'the server failed', 'not-ready'],
  502: ['Bad Gateway', 'the server behind the proxy does not answer', 'not-ready'],
  503: ['Service Unavailable', 'the service is not available', 'not-ready'],
  504: ['Gateway Timeout', 'the server behind the proxy is too slow', 'not-ready'],
  507: ['Insufficient Storage', 'the server has no room', 'not-ready'],
};

/** An HTTP status: 2xx is success; other 4xx are refusals and other 5xx not ready, as RFC 9110 groups them. */
export function knownHttp(status: number): KnownError {
  const label = `HTTP ${status}`;
  const [name, meaning, is] = httpStatuses[status] ?? [];
  if (name !== undefined && meaning !== undefined && is !== undefined)
    return { label, name, meaning, class: is };
  if (status >= 200 && status < 300) return { label, name: 'OK', meaning: 'it was done', class: 'success' };
  const unknown = { label, name: `HTTP_${status}`, meaning: `the server answered ${status}` };
  if (status >= 500 && status < 600) return { ...unknown, class: 'not-ready' };
  return { ...unknown, class: status >= 400 && status < 500 ? 'refused' : 'fatal' };
}

/**
 * dpkg and apt have no exit codes for what went wrong; they say it. Words of dpkg 1.20-1.21 and apt 2.2-2.6; the first
 * row that fits decides.
 */
const dpkgWords: readonly (KnownError & { readonly says: RegExp })[] = [
  {
    says: /lock was locked by another process|could not get lock |status database area is locked/i,
    label: 'dpkg lock',
    name: 'DPKG_LOCKED',
    meaning: 'another package manager is at work',
    class: 'busy',
  },
  {
    says: /dpkg was interrupted, you must manually run/i,
    label: 'dpkg interrupted',
    name: 'DPKG_INTERRUPTED',
    meaning: 'an earlier dpkg was interrupted',
    class: 'not-ready',
  },
  {
    says: /no space left on device|not enough free space|don't have enough free space/i,
    label: 'disk full',
    name: 'DPKG_DISK_FULL',
    meaning: 'the disk is full',
    class: 'not-ready',
  },
  {
    says: /temporary failure resolving|could not connect to|connection timed out/i,
    label: 'no network',
    name: 'DPKG_NETWORK',
    meaning: 'the package source cannot be reached',
    class: 'not-ready',
  },
  {
    says: /package architecture \(\S+\) does not match system/i,
    label: 'dpkg architecture',
    name: 'DPKG_ARCHITECTURE',
    meaning: 'the package is for another architecture',
    class: 'refused',
  },
  {
    says: /requested operation requires superuser privilege|are you root\?/i,
    label: 'dpkg privilege',
    name: 'DPKG_PRIVILEGE',
    meaning: 'it needs the rights of root',
    class: 'refused',
  },
];

/** What the output of dpkg or apt says of a failure; undefined where it says nothing that is known. */
export function knownDpkg(output: string): KnownError | undefined {
  const row = dpkgWords.find(({ says }) => says.test(output));
  return row && { label: row.label, name: row.name, meaning: row.meaning, class: row.class };
}

/** Classes of our own errors that are not fatal. */
const ownClasses: Readonly<Partial<Record<ErrorCode, ErrorClass>>> = {
  'system.not-ready': 'not-ready',
  'system.busy': 'busy',
  'system.refused': 'refused',
  'disk.busy': 'busy',
  'disk.full': 'not-ready',
  'disk.denied': 'refused',
  'disk.read-only': 'refused',
  'installer.running': 'busy',
  'installer.unsupported': 'refused',
  'command.invalid': 'refused',
  'process.not-found': 'refused',
  'network.unreachable': 'not-ready',
  'network.timeout': 'not-ready',
  'network.response-invalid': 'not-ready',
  'request.rate': 'busy',
  'site.unavailable': 'not-ready',
};

/** A coded error as it is to be taken: by the number that the system gave, where it has one, or else by its code. */
export function knownError(error: HoldfastError): KnownError {
  const { win32, status, exitCode } = error.details;
  if (typeof win32 === 'number') return knownWin32(win32);
  if (typeof exitCode === 'number') return knownExit(exitCode);
  if (typeof status === 'number') return knownHttp(status);
  return {
    label: error.code,
    name: error.code,
    meaning: error.message,
    class: ownClasses[error.code] ?? 'fatal',
  };
}

/** What Windows refused with a number, as a coded error that keeps the number: `details.win32`. */
export function systemError(
  win32: number,
  happened: string,
  options: { cause?: unknown } = {},
): HoldfastError {
  const known = knownWin32(win32);
  const code = systemCodes[known.class];
  return new HoldfastError(code, `${happened}: ${known.meaning} (${known.label}).`, {
    ...options,
    details: { win32 },
  });
}

const systemCodes: Readonly<Record<ErrorClass, ErrorCode>> = {
  'not-ready': 'system.not-ready',
  busy: 'system.busy',
  refused: 'system.refused',
  'reboot-required': 'system.failed',
  fatal: 'system.failed',
  success: 'system.failed',
};
