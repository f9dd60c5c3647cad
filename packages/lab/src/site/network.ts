/** The simulated network: HTTPS requests to servers that are functions, with latency in virtual time and faults. */
import { createPublicKey } from 'node:crypto';
import { HoldfastError, isHoldfastError, keyFingerprint } from '@holdfast/contract';
import type { Network, NetworkRequest, NetworkResponse, TlsIdentity } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { clockPort, type VirtualClock } from '../world/clock.ts';
import { pem, pemContent } from './keys.ts';

export type ServerRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Common name of the client certificate, if there was one of the server's authority. */
  readonly clientName?: string;
};

export type ServerAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
  /**
   * What follows the body: its end, silence on an open connection, a cut, or the body again and again for ever.
   * With status 0 nothing is answered before it.
   */
  readonly after: 'end' | 'silence' | 'cut' | 'ever';
};

export type Server = {
  /** The authority that signed the server's certificate, and that signs its clients'. */
  readonly authority: string;
  answer(request: ServerRequest): ServerAnswer;
  /** A client went away before the end of an answer. */
  abandoned?(): void;
};

/** What a fault does to a request: it never arrives, it arrives and its answer is lost, or it is answered so. */
export type NetworkFault = 'unreachable' | 'answer-lost' | ServerAnswer;

export type SimulatedNetwork = {
  /** By `host:port`. */
  readonly servers: Map<string, Server>;
  /** Set by a test: what shall happen to this request, if anything. */
  fault: (request: ServerRequest) => NetworkFault | undefined;
  port(calls: Calls, life: Life): Network;
};

/** Milliseconds from one end to the other. */
const latencyMs = 5;

/** Bytes of a piece of a body. */
const chunkSize = 4 * 1024;

/** A page as proxies and hotels answer it in the place of any site. */
export function htmlPage(status = 200): ServerAnswer {
  const page = Buffer.from('<!doctype html><title>Please sign in</title>', 'utf8');
  return { status, headers: { 'content-type': 'text/html' }, body: [page], after: 'end' };
}

export function overloaded(retryAfterSeconds: number): ServerAnswer {
  return { status: 503, headers: { 'retry-after': String(retryAfterSeconds) }, body: [], after: 'end' };
}

/** A certificate of the simulated world: it names its authority, its owner and the owner's key, and is not X.509. */
export function simulatedCertificate(authority: string, name: string, publicKey: string): string {
  return pem('CERTIFICATE', Buffer.from(JSON.stringify({ authority, name, publicKey }), 'utf8'));
}

export function simulatedNetwork(clock: VirtualClock): SimulatedNetwork {
  const network: SimulatedNetwork = {
    servers: new Map(),
    fault: () => undefined,
    port: (calls, life) => ({
      request: (request) =>
        calls.call(
          life,
          'network.request',
          [request.method, request.url, request.headers, request.body],
          () => exchange(network, { clock, calls, life }, request),
        ),
    }),
  };
  return network;
}

type Link = { readonly clock: VirtualClock; readonly calls: Calls; readonly life: Life };

async function exchange(
  network: SimulatedNetwork,
  link: Link,
  request: NetworkRequest,
): Promise<NetworkResponse> {
  const { signal } = request;
  const wait = (ms: number) => clockPort(link.clock, link.life).sleep(ms, signal);
  signal?.throwIfAborted();
  const url = new URL(request.url);
  const server = network.servers.get(url.host) ?? unreachable(url.host);
  const received: ServerRequest = {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: Object.fromEntries(
      Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: request.body ?? '',
    ...clientOf(server, request.tls),
  };
  await wait(latencyMs);
  const fault = network.fault(received);
  if (fault === 'unreachable') unreachable(url.host);
  trust(server, request.tls);
  const answer = fault === undefined || fault === 'answer-lost' ? server.answer(received) : fault;
  if (fault === 'answer-lost') unreachable(url.host);
  try {
    await wait(latencyMs);
    if (answer.status === 0) await ending(answer, request, wait);
  } catch (thrown) {
    server.abandoned?.();
    throw thrown;
  }
  return {
    status: answer.status,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: bodyOf(server, answer, request, link, wait),
  };
}

function unreachable(host: string): never {
  throw new HoldfastError('network.unreachable', `${host} cannot be reached on the simulated network.`);
}

/** @throws HoldfastError `network.tls` */
function trust(server: Server, tls: TlsIdentity): void {
  if (tls.authorities === 'none-yet' || tls.authorities.includes(server.authority)) return;
  throw new HoldfastError('network.tls', 'The certificate of the simulated server is of another authority.');
}

/** Who the client proves to be: a certificate of the server's authority, and the key that it was issued for. */
function clientOf(server: Server, tls: TlsIdentity): { clientName: string } | undefined {
  if (tls.certificate === undefined || tls.privateKey === undefined) return undefined;
  const { authority, name, publicKey } = JSON.parse(
    pemContent('CERTIFICATE', tls.certificate)?.toString('utf8') ?? '{}',
  );
  if (publicKey !== fingerprintOf(tls.privateKey)) {
    throw new HoldfastError('network.tls', 'Key and certificate of the client do not belong together.');
  }
  return authority === server.authority ? { clientName: name } : undefined;
}

/** Fingerprints of the keys seen last: reading a key costs more than all else of a simulated request. */
const fingerprints = new Map<string, string>();
/** More than the clients of a large fleet: one that is cleared in each of its rounds is of no use to it. */
const mostFingerprints = 20_000;

function fingerprintOf(privateKey: string): string {
  const known = fingerprints.get(privateKey);
  if (known !== undefined) return known;
  if (fingerprints.size >= mostFingerprints) fingerprints.clear();
  const fingerprint = keyFingerprint(createPublicKey(privateKey));
  fingerprints.set(privateKey, fingerprint);
  return fingerprint;
}

/** What comes when a body (or the wait for an answer) is at its end. */
async function ending(
  answer: ServerAnswer,
  request: NetworkRequest,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  if (answer.after === 'cut')
    throw new HoldfastError('network.unreachable', 'The simulated connection was cut.');
  if (answer.after === 'silence') {
    await wait(request.idleTimeoutMs);
    throw new HoldfastError('network.timeout', 'Nothing came over the simulated connection.');
  }
}

async function* piecesOf(
  answer: ServerAnswer,
  request: NetworkRequest,
  wait: (ms: number) => Promise<void>,
): AsyncGenerator<Uint8Array, undefined> {
  do {
    for (const part of answer.body) {
      for (let start = 0; start < part.length; start += chunkSize) {
        await wait(1);
        yield part.subarray(start, start + chunkSize);
      }
    }
  } while (answer.after === 'ever');
  await ending(answer, request, wait);
  return undefined;
}

/** The body as the client reads it: each piece is a call of its port. */
function bodyOf(
  server: Server,
  answer: ServerAnswer,
  request: NetworkRequest,
  { calls, life }: Link,
  wait: (ms: number) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const pieces = piecesOf(answer, request, wait);
  const next = async () => {
    try {
      return await pieces.next();
    } catch (thrown) {
      if (!isHoldfastError(thrown)) server.abandoned?.();
      throw thrown;
    }
  };
  const leave = async () => {
    server.abandoned?.();
    return await pieces.return(undefined);
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => calls.call(life, 'network.body', [request.url], next),
      return: () => calls.call(life, 'network.leave', [request.url], leave),
    }),
  };
}
