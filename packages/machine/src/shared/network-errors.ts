/** What node:https calls a failure, in the words of the catalogue. */
import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/contract';
import { errorCodeOf } from './error-code.ts';

/**
 * Codes of failures of trust: OpenSSL's own (`ERR_SSL_`, `EPROTO`), Node's (`ERR_TLS_`) and the names of
 * X509_verify_cert's results (nodejs.org/api/tls.html, "X509 certificate error codes").
 */
const trustFailure =
  /^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|ERROR_IN_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

export function networkError(thrown: unknown, host: string): HoldfastError {
  if (isHoldfastError(thrown)) return thrown;
  const code = errorCodeOf(thrown);
  const happened = thrown instanceof Error ? thrown.message : String(thrown);
  return new HoldfastError(catalogueCode(code), `${host}: ${happened}`, {
    cause: thrown,
    details: { host, code },
  });
}

function catalogueCode(code: string): ErrorCode {
  if (trustFailure.test(code)) return 'network.tls';
  if (code === 'ETIMEDOUT') return 'network.timeout';
  // Node's HTTP parser names its findings HPE_...
  if (code.startsWith('HPE_')) return 'network.response-invalid';
  return 'network.unreachable';
}
