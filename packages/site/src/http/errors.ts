/** Errors as answers: whatever a handler throws becomes an ErrorBody with the status of its code. */
import {
  type ErrorBody,
  type ErrorCode,
  errorCatalogue,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isConstraintViolation, isUnstorable } from '../store/failures.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The code for a body above the route's limit, where it has one of its own. */
    tooLarge?: ErrorCode;
  }
}

/** Bytes of a refused body that are read and thrown away, so that the sender gets to see the answer. */
const drainLimit = 64 * 1024 * 1024;

/** Errors that a connection shows when the other end has gone in the middle of a body. */
const cutOffCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
]);

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}

/** Gives a thrown value a code of the catalogue; `internal` where nothing is known about it. */
export function codedError(thrown: unknown, tooLarge: ErrorCode = 'request.too-large'): HoldfastError {
  if (isHoldfastError(thrown)) return thrown;
  const refused = refusedByDatabase(thrown);
  if (refused) return refused;
  if (isFastifyError(thrown)) {
    if (thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return new HoldfastError(tooLarge, 'The body is larger than this request may be.', { cause: thrown });
    }
    if (cutOffCodes.has(thrown.code)) {
      return new HoldfastError('request.cut-off', 'The request ended before its body was whole.', {
        cause: thrown,
      });
    }
    if (thrown.statusCode === 429) {
      return new HoldfastError('request.rate', 'Too many requests.', { cause: thrown });
    }
    if (
      thrown.validation ||
      (thrown.statusCode !== undefined && thrown.statusCode >= 400 && thrown.statusCode < 500)
    ) {
      return new HoldfastError('request.invalid', thrown.message, { cause: thrown });
    }
  }
  return new HoldfastError('internal', 'The site met a fault that it does not know.', { cause: thrown });
}

/** What only the database can see: two changes at once of which one forbids the other, and text that it cannot hold. */
function refusedByDatabase(thrown: unknown): HoldfastError | undefined {
  if (isConstraintViolation(thrown)) {
    return new HoldfastError('conflict', 'Another change came in between.', { cause: thrown });
  }
  if (isUnstorable(thrown)) {
    return new HoldfastError(
      'request.invalid',
      'A text holds a NUL character, or a number is out of range.',
      {
        cause: thrown,
      },
    );
  }
  return undefined;
}

export function errorBody(error: HoldfastError, requestId?: string): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    remedy: error.remedy,
    ...(requestId === undefined ? {} : { requestId }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: { ...error.details } }),
  };
}

/** The code and status of an answer to a body that was refused before it was read: reads the rest of it first. */
async function drain(request: FastifyRequest): Promise<void> {
  let bytes = 0;
  await new Promise<void>((resolve) => {
    request.raw.once('close', resolve);
    request.raw.once('end', resolve);
    request.raw.once('error', () => resolve());
    request.raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > drainLimit) resolve();
    });
    if (request.raw.readableEnded || request.raw.destroyed) resolve();
    request.raw.resume();
  });
}

async function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: (line: string) => void,
): Promise<void> {
  const error = codedError(thrown, request.routeOptions.config?.tooLarge);
  if (error.code === 'internal') {
    const cause =
      error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? '');
    log(`${request.id} ${request.method} ${request.routeOptions.url ?? '?'}: ${error.message} ${cause}`);
  }
  if (error.status === 413) await drain(request);
  const { retryAfter } = error.details;
  if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter);
  await reply.code(errorCatalogue[error.code].status).send(errorBody(error, String(request.id)));
}

/** Lets every error of this server, routes that do not exist among them, be answered with an ErrorBody. */
export function answerErrors(app: FastifyInstance, log: (line: string) => void): void {
  app.setErrorHandler((thrown, request, reply) => answerError(thrown, request, reply, log));
  app.setNotFoundHandler((request, reply) =>
    answerError(
      new HoldfastError('not-found', `There is no ${request.method} ${pathOf(request.originalUrl)}.`),
      request,
      reply,
      log,
    ),
  );
}

/** For what is refused before there is a route: addresses that cannot be read, or whose parts are too long. */
export function answerFrameworkErrors(log: (line: string) => void) {
  return (thrown: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    answerError(thrown, request, reply, log).catch((failure: unknown) => log(String(failure)));
  };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]?.slice(0, 200) ?? '';
}
