/** Talking to the management point: requests with limits, answers checked by schema, errors with their codes. */
import { ErrorBody, HoldfastError, isErrorCode } from '@holdfast/contract';
import type { Clock, Network, NetworkResponse, TlsIdentity } from '@holdfast/ports';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Milliseconds without a byte after which a request has failed. */
const idleTimeoutMs = 60_000;

/** Bytes of an answer that is an error: more is not read. */
const errorBodyLimit = 64 * 1024;

/** Longest wait that a site may ask for. Seconds. */
const longestRetryAfter = 24 * 60 * 60;

export type SiteRequest = {
  readonly method: 'GET' | 'POST';
  /** Below the address of the management point, from `/` on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly tls: TlsIdentity;
  readonly signal?: AbortSignal | undefined;
};

export type Site = {
  /** The answer as it comes, whatever its status; the body must be read or left. */
  request(request: SiteRequest): Promise<NetworkResponse>;
  /**
   * The body of a 2xx answer as text of at most `limit` bytes; any other status is thrown as its coded error, and a page for
   * people as `network.response-invalid`.
   */
  text(request: SiteRequest, limit: number): Promise<string>;
};

export function createSite(address: string, ports: { network: Network; clock: Pick<Clock, 'now'> }): Site {
  const base = new URL(address);
  if (base.protocol !== 'https:') {
    throw new HoldfastError('command.invalid', 'The address of a management point begins with https://.');
  }
  const request = ({ path, body, signal, ...rest }: SiteRequest) =>
    ports.network.request({
      ...rest,
      url: new URL(path, base).href,
      headers: {
        ...rest.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      idleTimeoutMs,
      ...(signal ? { signal } : {}),
    });
  return {
    request,
    text: async (wanted, limit) => {
      const response = await request(wanted);
      if (response.status < 200 || response.status >= 300) throw await errorOf(response, ports.clock.now());
      if (!isPage(response)) return await readText(response, limit);
      await leave(response);
      throw new HoldfastError('network.response-invalid', 'A web page came in the place of the answer.');
    },
  };
}

/** What proxies and portals answer in the place of any site, whatever its status: it takes nothing and says nothing. */
export function isPage({ headers }: Pick<NetworkResponse, 'headers'>): boolean {
  return /^\s*text\/html\b/i.test(headers['content-type'] ?? '');
}

/** @throws HoldfastError `network.response-invalid` for a body beyond the limit */
export async function readText(response: NetworkResponse, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > limit) {
      throw new HoldfastError('network.response-invalid', 'The site answered more than it may.', {
        details: { limit },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Leaves a body that nobody wants after its first bytes: its connection would be held for ever. */
export async function leave({ body }: Pick<NetworkResponse, 'body'>): Promise<void> {
  for await (const _unwanted of body) return;
}

/** A reader for JSON of one schema. Its errors carry the code given, because who sends nonsense differs. */
export function jsonReader<Schema extends TSchema>(
  schema: Schema,
  what: string,
  code: 'network.response-invalid' | 'policy.untrusted' | 'site.untrusted' = 'network.response-invalid',
): (text: string) => Static<Schema> {
  const validator = Compile(schema);
  return (text) => {
    const value = parseJson(text);
    if (validator.Check(value)) return value as Static<Schema>;
    const [error] = validator.Errors(value);
    throw new HoldfastError(code, `The ${what} is not of its form.`, {
      details: error ? { at: error.instancePath.slice(0, 200), problem: error.message.slice(0, 200) } : {},
    });
  };
}

const readErrorBody = jsonReader(ErrorBody, 'error');

/** The coded error that an answer carries; `network.response-invalid` where it is none of ours. */
export async function errorOf(response: NetworkResponse, now: number): Promise<HoldfastError> {
  const retryAfter = retryAfterSeconds(response.headers['retry-after'], now);
  const details = { status: response.status, ...(retryAfter === undefined ? {} : { retryAfter }) };
  try {
    const body = readErrorBody(await readText(response, errorBodyLimit));
    if (isErrorCode(body.code)) {
      return new HoldfastError(body.code, body.message.slice(0, 1000), { details });
    }
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
  }
  const overloaded = response.status === 429 || response.status >= 500;
  return new HoldfastError(
    overloaded ? 'site.unavailable' : 'network.response-invalid',
    `The site answered with HTTP status ${response.status}.`,
    { details },
  );
}

/** Seconds of a Retry-After header, either form (RFC 9110, 10.2.3), capped. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 0), longestRetryAfter);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
