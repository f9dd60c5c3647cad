/** Opening a server's port, with the failure named, and the address under which others reach it. */
import { createServer } from 'node:net';
import { HoldfastError } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';

function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

/**
 * Listens on a host and port, 0 for a free one; answers the port.
 * @throws HoldfastError `port.in-use`, `site.config-invalid`
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const details = { host, port };
    if (errorCode(cause) === 'EADDRINUSE') {
      throw new HoldfastError('port.in-use', `Something listens on ${host}:${port} already.`, {
        cause,
        details,
      });
    }
    if (errorCode(cause) === 'EACCES') {
      throw new HoldfastError('port.in-use', `This account may not listen on ${host}:${port}.`, {
        cause,
        details,
      });
    }
    if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(errorCode(cause))) {
      throw new HoldfastError('site.config-invalid', `${host} is not an address of this machine.`, {
        cause,
        details,
      });
    }
    throw cause;
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The host that others use: a name of the site where the server listens on every address. */
export function publicHost(host: string, hostNames: readonly string[]): string {
  return everywhere.has(host) ? (hostNames[0] ?? 'localhost') : host;
}

export function urlOf(protocol: 'http' | 'https', host: string, port: number): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A port of this host that is free now: for a server that must know its own address before it listens. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ host, port: 0 }, () => {
      const address = probe.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
