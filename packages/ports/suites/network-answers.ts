/** What the server of the network suite answers, as a function: a real and a simulated server are the same server. */
import { bytesOf } from './expect.ts';

export type ReceivedRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Common name of the client certificate, if it sent one that the server's authority signed. */
  readonly clientName?: string;
};

export type PlannedAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
  /**
   * What follows the body: its `end`, `silence` with the connection open, a `cut` of the connection, or the body
   * again and again for `ever`. With status 0 nothing is answered at all before it.
   */
  readonly after: 'end' | 'silence' | 'cut' | 'ever';
};

/** Byte at a position of `/bytes`. */
export function byteAt(position: number): number {
  return (position * 7 + (position >> 9)) & 0xff;
}

const textHeaders = { 'content-type': 'application/json', 'x-mixed-case': 'Kept' };
const someBytes = bytesOf('0123456789');

/** The whole behaviour of the server. */
export function answerOf(request: ReceivedRequest): PlannedAnswer {
  const url = new URL(request.path, 'https://server');
  const count = Number(url.searchParams.get('count'));
  switch (url.pathname) {
    case '/echo': {
      const { method, path, headers, body } = request;
      const echo = JSON.stringify({ method, path, headers, body, clientName: request.clientName ?? null });
      return { status: 200, headers: textHeaders, body: [bytesOf(echo)], after: 'end' };
    }
    case '/status':
      return { status: count, headers: { 'retry-after': '7' }, body: [], after: 'end' };
    case '/bytes':
      return {
        status: 200,
        headers: {},
        body: [Uint8Array.from({ length: count }, (_, at) => byteAt(at))],
        after: 'end',
      };
    case '/redirect':
      return { status: 302, headers: { location: '/echo' }, body: [], after: 'end' };
    case '/silent':
      return { status: 0, headers: {}, body: [], after: 'silence' };
    case '/refused':
      return { status: 0, headers: {}, body: [], after: 'cut' };
    case '/stalled':
      return { status: 200, headers: {}, body: [someBytes], after: 'silence' };
    case '/cut':
      return { status: 200, headers: { 'content-length': '100' }, body: [someBytes], after: 'cut' };
    case '/ever':
      return { status: 200, headers: {}, body: [someBytes], after: 'ever' };
    default:
      return { status: 404, headers: {}, body: [], after: 'end' };
  }
}
