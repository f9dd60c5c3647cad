/** The short name that Node gives to system errors. */

/** `ENOENT`, `ERR_TLS_...`; empty where the error has none. */
export function errorCodeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
