/** The administrators' API as the suites use it: JSON in, JSON out, coded errors thrown. */
import { type ErrorBody, HoldfastError, isErrorCode } from '@holdfast/contract';

export type Api = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Uploads bytes and answers their hash. */
  upload(bytes: Uint8Array): Promise<{ sha256: string; size: number }>;
};

export function openApi(consoleUrl: string, apiKey: string): Api {
  async function ask<T>(
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    type: string,
  ): Promise<T> {
    const response = await fetch(`${consoleUrl}/api/v1${path}`, {
      method,
      // Of its own: a kept connection that the site is just closing fails a request for no reason of the test's.
      headers: {
        'x-api-key': apiKey,
        connection: 'close',
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
    });
    const text = await response.text();
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    const error = JSON.parse(text) as ErrorBody;
    throw new HoldfastError(
      isErrorCode(error.code) ? error.code : 'internal',
      `${method} ${path}: ${error.message}`,
    );
  }
  return {
    get: (path) => ask('GET', path, undefined, ''),
    post: (path, body) => ask('POST', path, JSON.stringify(body), 'application/json'),
    put: (path) => ask('PUT', path, undefined, ''),
    remove: (path) => ask('DELETE', path, undefined, ''),
    upload: (bytes) => ask('PUT', '/content', bytes, 'application/octet-stream'),
  };
}
