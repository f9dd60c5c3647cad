/** Requests to the site's API, and the one shape in which every failure reaches the pages. */
import { type ErrorBody, type ErrorCode, errorCatalogue, HoldfastError } from '@holdfast/contract/web';

/** A request that failed: code, sentence and remedy, as the site gave them or as the catalogue knows them. */
export class Problem extends Error {
  readonly code: string;
  readonly remedy: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly requestId: string | undefined;
  /** Small facts about it: `field` is the one that is wrong. */
  readonly details: NonNullable<ErrorBody['details']>;

  constructor(body: ErrorBody, status: number) {
    super(body.message);
    this.name = 'Problem';
    this.code = body.code;
    this.remedy = body.remedy;
    this.status = status;
    this.requestId = body.requestId;
    this.details = body.details ?? {};
  }
}

/** A problem that the console itself found, in the words of the catalogue. */
export function problem(code: ErrorCode, message: string, status = 0): Problem {
  return new Problem({ code, message, remedy: errorCatalogue[code].remedy }, status);
}

/** Anything thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof HoldfastError) return problem(thrown.code, thrown.message);
  return problem('internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** The body of an answer that says no; text that is not the site's own is never shown. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null) {
    const { code, message, remedy, requestId, details } = body as Partial<ErrorBody>;
    if (typeof code === 'string' && typeof message === 'string' && typeof remedy === 'string') {
      return new Problem(
        {
          code,
          message,
          remedy,
          ...(requestId === undefined ? {} : { requestId }),
          ...(typeof details === 'object' && details !== null ? { details } : {}),
        },
        status,
      );
    }
  }
  if (status === 401) return problem('auth.required', 'You are not signed in.', status);
  if (status === 429) return problem('request.rate', 'Too many requests in a short time.', status);
  return problem('network.response-invalid', `The site answered ${status} without an explanation.`, status);
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/api/v1` + path + the parameters that are set. */
export function apiAddress(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

/** The answer to a request, whatever it says. Throws Problem where none came, except when the caller's signal ended it. */
async function answerTo(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, {
      ...init,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...init.headers },
    });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw problem('network.unreachable', 'The site did not answer.');
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw problemOf(response.status, undefined);
  }
}

/**
 * Sends a request and answers its JSON body; undefined for 204.
 * Throws Problem, except when the caller's signal ended it.
 */
export async function send(address: string, init: RequestInit = {}): Promise<unknown> {
  const response = await answerTo(address, init);
  if (response.status === 204) return undefined;
  const body = await jsonOf(response);
  if (!response.ok) throw problemOf(response.status, body);
  return body;
}

/** GET of the API; `T` is the contract's type of that path. */
export async function get<T>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<T> {
  return (await send(apiAddress(path, parameters), signal === undefined ? {} : { signal })) as T;
}

/** POST, PUT or DELETE of the API; `T` is the contract's type of the answer. */
export async function change<T = void>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  parameters?: Parameters,
): Promise<T> {
  return (await send(apiAddress(path, parameters), { method, ...jsonBody(body) })) as T;
}

/** POST of the API that is answered with a file. Throws Problem. */
export async function fetchFile(path: string, body: unknown): Promise<Blob> {
  const response = await answerTo(apiAddress(path), { method: 'POST', ...jsonBody(body) });
  if (!response.ok) throw problemOf(response.status, await jsonOf(response));
  return await response.blob();
}

const jsonBody = (body: unknown): RequestInit =>
  body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
