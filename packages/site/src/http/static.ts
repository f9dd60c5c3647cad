/** Serves the built console, and tells browsers to run nothing else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { HoldfastError } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  // Mantine writes its theme's variables into a <style> element while the page runs.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Every answer carries them, errors too. */
export function sendSecurityHeaders(server: FastifyInstance, options: { https: boolean }): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (options.https) reply.header('strict-transport-security', 'max-age=31536000');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
}

/** @param folder the console as built; an address of one of its pages answers with its index.html */
export async function serveConsole(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) return;
  await server.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await scope.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      schemaHide: true,
      setHeaders: (reply, path) => {
        // Vite names what lies in assets/ after its content.
        const lasting = path.startsWith(join(folder, 'assets'));
        reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    scope.get('/*', { schema: { hide: true } }, (request, reply) => {
      const page = request.headers.accept?.includes('text/html') && !request.url.startsWith('/api');
      if (!page)
        throw new HoldfastError('not-found', `There is no ${request.url.split('?', 1)[0]?.slice(0, 200)}.`);
      return reply.sendFile('index.html');
    });
  });
}
