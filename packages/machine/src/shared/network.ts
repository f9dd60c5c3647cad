/** HTTPS through node:https, with trust and identity of each request's own; the same on every platform. */
import { createHash } from 'node:crypto';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { HoldfastError } from '@holdfast/contract';
import type { Network, NetworkRequest, NetworkResponse, TlsIdentity } from '@holdfast/ports';
import { networkError } from './network-errors.ts';

export type NetworkOptions = {
  /** Proxy for HTTPS, `http://[user:password@]host:port`; requests go through it by CONNECT. */
  readonly proxy?: string;
  /** Hosts that are reached directly, as in NO_PROXY: `localhost,.example.com,10.0.0.1:8443`. */
  readonly noProxy?: string;
};

/** A network that holds idle connections until it is closed. */
export type ClosableNetwork = Network & { close(): void };

/** Identities with connections kept open; a client has one, and a second while it renews. */
const keptAgents = 4;
/** Connections at once for one identity; more requests wait in line. */
const connectionsPerIdentity = 8;
/** Milliseconds after which an unused connection is closed. */
const idleConnectionMs = 60_000;

/**
 * @throws HoldfastError `command.invalid` for a proxy that is none: going past it unasked could be what is forbidden;
 * of each request `network.*`, and `request.invalid` for a URL that is not https
 */
export function httpsNetwork(options: NetworkOptions = {}): ClosableNetwork {
  const proxy = options.proxy === undefined ? undefined : proxyUrl(options.proxy);
  const agents = agentCache({ ...options, ...(proxy === undefined ? {} : { proxy }) });
  return {
    request: (request) => exchange(request, agents.of(request.tls)),
    close: () => agents.close(),
  };
}

async function exchange(request: NetworkRequest, agent: Agent): Promise<NetworkResponse> {
  request.signal?.throwIfAborted();
  const url = httpsUrl(request.url);
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const headers = { ...request.headers, ...(body && { 'content-length': String(body.length) }) };
  const sent = httpsRequest(url, { method: request.method, headers, agent });
  const watch = watchOver(sent, request);
  try {
    const response = await answerTo(sent, body, watch);
    return {
      status: response.statusCode ?? 0,
      headers: joinedHeaders(response),
      body: bodyOf(response, watch),
    };
  } catch (thrown) {
    watch.end();
    throw watch.reason() ?? networkError(thrown, url.host);
  }
}

/** As others read HTTPS_PROXY: `host:port` alone means http. Node would go past what it cannot read. */
function proxyUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && url.hostname !== '') return url.href;
  // Not the text itself: it may hold a password.
  throw new HoldfastError(
    'command.invalid',
    'The proxy is not of the form http://[user:password@]host:port.',
  );
}

function httpsUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') throw new HoldfastError('request.invalid', `Not an https address: ${text}`);
  return url;
}

function answerTo(sent: ClientRequest, body: Buffer | undefined, watch: Watch): Promise<IncomingMessage> {
  watch.waiting();
  sent.on('socket', (socket) => {
    for (const event of ['connect', 'secureConnect']) {
      socket.once(event, watch.waiting);
      // On a connection that was kept open neither comes again: what is left there would pile up.
      sent.once('close', () => socket.off(event, watch.waiting));
    }
  });
  sent.on('drain', watch.waiting);
  return new Promise((resolve, reject) => {
    // Stays for the whole exchange: an error after the answer reaches the reader of the body.
    sent.on('error', reject);
    sent.on('response', (response) => {
      watch.arrived();
      resolve(response);
    });
    sent.end(body);
  });
}

/** Ends a request for silence or abort, and knows for which of the two. */
type Watch = {
  /** A byte is waited for from now on. */
  waiting(): void;
  /** It came; until `waiting` the other side has no duty (the reader may be slow). */
  arrived(): void;
  end(): void;
  /** Why the request was ended, if by this watch: a `network.timeout`, or what the signal says. */
  reason(): unknown;
};

function watchOver(sent: ClientRequest, { idleTimeoutMs, signal, url }: NetworkRequest): Watch {
  let timer: NodeJS.Timeout | undefined;
  let ended: { readonly reason: unknown } | undefined;
  const endFor = (reason: unknown) => {
    ended ??= { reason };
    sent.destroy(reason instanceof Error ? reason : undefined);
  };
  const aborted = () => endFor(signal?.reason);
  signal?.addEventListener('abort', aborted, { once: true });
  const arrived = () => clearTimeout(timer);
  const silent = () =>
    endFor(
      new HoldfastError('network.timeout', `No byte for ${idleTimeoutMs} ms from ${new URL(url).host}.`),
    );
  return {
    waiting: () => {
      arrived();
      timer = setTimeout(silent, idleTimeoutMs);
    },
    arrived,
    end: () => {
      arrived();
      signal?.removeEventListener('abort', aborted);
    },
    reason: () => ended?.reason,
  };
}

/** The chunks as they come. Leaving the loop early destroys the response and with it the connection. */
async function* bodyOf(response: IncomingMessage, watch: Watch): AsyncGenerator<Uint8Array, void, void> {
  const host = response.socket.remoteAddress ?? 'the server';
  try {
    watch.waiting();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      watch.arrived();
      yield chunk;
      watch.waiting();
    }
  } catch (thrown) {
    throw watch.reason() ?? networkError(thrown, host);
  } finally {
    watch.end();
  }
}

function joinedHeaders(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

/** One agent for each identity: connections and TLS sessions of one are never used for another. */
function agentCache(options: NetworkOptions): { of(tls: TlsIdentity): Agent; close(): void } {
  const agents = new Map<string, Agent>();
  const forgetIdle = () => {
    for (const [key, agent] of agents) {
      if (agents.size < keptAgents) return;
      if (Object.keys(agent.sockets).length + Object.keys(agent.requests).length > 0) continue;
      agents.delete(key);
      agent.destroy();
    }
  };
  return {
    of: (tls) => {
      const key = createHash('sha256').update(JSON.stringify(tls)).digest('base64');
      let agent = agents.get(key);
      // Taken out and put back, so that the first in the map is the one that was used longest ago.
      if (agent === undefined) forgetIdle();
      else agents.delete(key);
      agent ??= new Agent(agentOptions(tls, options));
      agents.set(key, agent);
      return agent;
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/** `proxyEnv`: Node 22.21 and 24.5 onwards tunnel by CONNECT themselves; the types of Node 22 do not have it yet. */
type ProxyAgentOptions = AgentOptions & { proxyEnv?: { HTTPS_PROXY?: string; NO_PROXY?: string } };

function agentOptions(tls: TlsIdentity, { proxy, noProxy }: NetworkOptions): ProxyAgentOptions {
  const { authorities, certificate, privateKey } = tls;
  return {
    keepAlive: true,
    maxSockets: connectionsPerIdentity,
    timeout: idleConnectionMs,
    // An empty list trusts nobody; only an absent one would mean the well-known authorities.
    ...(authorities === 'none-yet' ? { rejectUnauthorized: false } : { ca: [...authorities] }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(privateKey !== undefined && { key: privateKey }),
    ...(proxy !== undefined && {
      proxyEnv: { HTTPS_PROXY: proxy, ...(noProxy !== undefined && { NO_PROXY: noProxy }) },
    }),
  };
}
