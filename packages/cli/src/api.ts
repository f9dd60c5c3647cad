/** The administrators' API as the verbs use it: typed answers, coded errors, a limit on every wait. */
import { createReadStream } from 'node:fs';
import {
  ContentUploaded,
  ErrorBody,
  HoldfastError,
  isErrorCode,
  isHoldfastError,
  LiveEvent,
  type Page,
  PageOf,
  type Sha256,
} from '@holdfast/contract';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { siteOrigin } from './profile.ts';
import { serverSentEvents } from './server-sent-events.ts';

/** Milliseconds until an answer must have come. */
const answerWithin = 60_000;
/** Milliseconds for one file of a package; 24 h carries 1 GiB at 100 kbit/s. */
const uploadWithin = 24 * 3_600_000;
/** Rows that are asked for at once. */
const pageRows = 500;

const errorBody = Compile(ErrorBody);

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type Api = {
  readonly origin: string;
  get<T extends TSchema>(schema: T, path: string, query?: Query): Promise<Static<T>>;
  send<T extends TSchema>(
    schema: T,
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    query?: Query,
  ): Promise<Static<T>>;
  /** For what answers with bytes, held in memory: the packages of a client. */
  bytes(path: string, body: unknown): Promise<Uint8Array>;
  /** For what answers without a body (204). */
  change(method: 'PUT' | 'DELETE', path: string): Promise<void>;
  /** Rows of a list, page after page, up to `limit` of them. */
  list<T extends TSchema>(row: T, path: string, limit: number, query?: Query): Promise<Page<Static<T>>>;
  /** Whether the site has content of this hash and length already. */
  has(content: { sha256: Sha256; size: number }): Promise<boolean>;
  /** Sends a file's bytes; the site refuses them if their hash is another. */
  upload(file: { path: string; size: number; sha256: Sha256 }): Promise<ContentUploaded>;
  /** `open` once the site listens to us, then what changes. Ends when the site closes; the signal is thrown. */
  events(signal: AbortSignal): AsyncIterable<LiveEvent | 'open'>;
};

/** What a failed connection means to the reader. */
export function networkError(cause: unknown, origin: string): HoldfastError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : '';
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new HoldfastError('network.timeout', `${origin} did not answer in time.`, { cause });
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new HoldfastError(
      'network.tls',
      `The certificate of ${origin} is not trusted (${code}). If it is of the site's own authority, ` +
        'set NODE_EXTRA_CA_CERTS to a copy of keys/authority.crt in its data folder.',
      { cause },
    );
  }
  return new HoldfastError('network.unreachable', `${origin} cannot be reached (${code || 'no answer'}).`, {
    cause,
  });
}

async function failure(response: Response, origin: string): Promise<HoldfastError> {
  const body: unknown = await response.json().catch(() => undefined);
  if (errorBody.Check(body) && isErrorCode(body.code)) {
    return new HoldfastError(body.code, body.message, { details: { status: response.status } });
  }
  return new HoldfastError(
    'network.response-invalid',
    `${origin} answered ${response.status} without a code.`,
  );
}

function parsedEvent(data: string, origin: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new HoldfastError('network.response-invalid', `${origin} sent an event that is not JSON.`, {
      cause,
    });
  }
}

/** @throws HoldfastError: whatever the site answers with, and `network.*` */
export function openApi(site: string, apiKey: string, stopped: AbortSignal): Api {
  const origin = siteOrigin(site);

  const request = async (path: string, query: Query, within: number | undefined, options: RequestInit) => {
    const url = new URL(`/api/v1${path}`, origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const signals = [stopped, ...(within === undefined ? [] : [AbortSignal.timeout(within)])];
    if (options.signal) signals.push(options.signal);
    let response: Response;
    try {
      response = await fetch(url, {
        redirect: 'error',
        ...options,
        headers: { 'x-api-key': apiKey, ...options.headers },
        signal: AbortSignal.any(signals),
      });
    } catch (cause) {
      throw networkError(cause, origin);
    }
    if (!response.ok) throw await failure(response, origin);
    return response;
  };

  const parsed = async <T extends TSchema>(schema: T, response: Response): Promise<Static<T>> => {
    let answer: unknown;
    try {
      answer = await response.json();
    } catch (cause) {
      throw new HoldfastError('network.response-invalid', `${origin} did not answer with JSON.`, { cause });
    }
    const shape = Compile(schema);
    if (shape.Check(answer)) return answer;
    const [fault] = shape.Errors(answer);
    throw new HoldfastError(
      'network.response-invalid',
      `${origin} answered in another shape (${fault?.instancePath ?? ''} ${fault?.message ?? ''}).`,
    );
  };

  const api: Api = {
    origin,
    async get(schema, path, query = {}) {
      return parsed(schema, await request(path, query, answerWithin, {}));
    },
    async send(schema, method, path, body, query = {}) {
      return parsed(
        schema,
        await request(path, query, answerWithin, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
    },
    async bytes(path, body) {
      const response = await request(path, {}, answerWithin, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      try {
        return new Uint8Array(await response.arrayBuffer());
      } catch (cause) {
        throw networkError(cause, origin);
      }
    },
    async change(method, path) {
      const response = await request(path, {}, answerWithin, { method });
      await response.body?.cancel();
    },
    async list(row, path, limit, query = {}) {
      const page = PageOf(row);
      const items: Static<typeof row>[] = [];
      let next: string | null = null;
      let total = 0;
      do {
        const answer: Page<Static<typeof row>> = await api.get(page, path, {
          ...query,
          limit: Math.min(pageRows, limit - items.length),
          cursor: next ?? undefined,
        });
        items.push(...answer.items);
        ({ next, total } = answer);
        if (answer.items.length === 0) break;
      } while (next !== null && items.length < limit);
      return { items, total, next };
    },
    async has({ sha256, size }) {
      try {
        const response = await request(`/content/${sha256}`, {}, answerWithin, { method: 'HEAD' });
        return Number(response.headers.get('content-length')) === size;
      } catch (thrown) {
        // An answer to HEAD has no body, and so no code: what else was wrong than a 404 the upload will say.
        if (isHoldfastError(thrown, 'network.response-invalid')) return false;
        throw thrown;
      }
    },
    async upload(file) {
      const response = await request('/content', {}, uploadWithin, {
        method: 'PUT',
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(file.size),
          'x-content-sha256': file.sha256,
        },
        body: ReadableStream.from(createReadStream(file.path)),
        duplex: 'half',
      });
      return parsed(ContentUploaded, response);
    },
    async *events(signal) {
      const response = await request('/events', {}, undefined, {
        headers: { accept: 'text/event-stream' },
        signal,
      });
      const shape = Compile(LiveEvent);
      yield 'open';
      if (!response.body) return;
      try {
        for await (const data of serverSentEvents(response.body)) {
          const event = parsedEvent(data, origin);
          if (shape.Check(event)) yield event;
        }
      } catch (thrown) {
        if (signal.aborted || stopped.aborted || isHoldfastError(thrown)) throw thrown;
        throw networkError(thrown, origin);
      }
    },
  };
  return api;
}
