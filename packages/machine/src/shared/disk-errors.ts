/** What Node calls a failure of the disk, in the words of the catalogue: the one table. */
import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/contract';
import { errorCodeOf } from './error-code.ts';

/** By errno name (errno(3); libuv gives Win32 errors the same names); what is not here is `disk.failed`. */
const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'disk.not-found',
  EEXIST: 'disk.exists',
  ENOTEMPTY: 'disk.exists',
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
  EROFS: 'disk.read-only',
  EACCES: 'disk.denied',
  EPERM: 'disk.denied',
  // The wrong kind of thing under a name: a link, a folder, a file, a socket where another kind was asked for.
  ELOOP: 'disk.denied',
  ENOTDIR: 'disk.denied',
  EISDIR: 'disk.denied',
  ENXIO: 'disk.denied',
  EBUSY: 'disk.busy',
  // A running program's file cannot be written (open(2)).
  ETXTBSY: 'disk.busy',
  ENAMETOOLONG: 'disk.name-invalid',
};

/** `doing` says what was attempted, as in `create /a/b`. */
export function diskError(thrown: unknown, doing: string): HoldfastError {
  if (isHoldfastError(thrown)) return thrown;
  const errno = errorCodeOf(thrown);
  const happened = thrown instanceof Error ? thrown.message : String(thrown);
  return new HoldfastError(codeOfErrno[errno] ?? 'disk.failed', `Could not ${doing}: ${happened}`, {
    cause: thrown,
    details: { errno },
  });
}

export function closedError(what: string): HoldfastError {
  return new HoldfastError('disk.failed', `${what} was used after it was closed.`);
}
