/** Lets nobody in without sign-in or key, and no page of another site speak in a user's name. */
import { HoldfastError } from '@holdfast/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignIn } from '../auth/auth.adapter.ts';
import type { Identity } from './api.ts';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Every route that is not marked `open` needs an identity.
 * @param publicUrl address of the console as browsers know it
 */
export function guard(server: FastifyInstance, signIn: SignIn, publicUrl: string): void {
  const publicOrigin = new URL(publicUrl).origin;
  server.decorateRequest('identity', null);
  server.addHook('onRequest', async (request) => {
    if (request.is404) return;
    if (!readingMethods.has(request.method)) refuseForeignOrigin(request, publicOrigin);
    if (request.routeOptions.config.open) return;
    request.identity = await identify(request, signIn);
  });
}

async function identify(request: FastifyRequest, signIn: SignIn): Promise<Identity> {
  const key = request.headers['x-api-key'];
  if (typeof key === 'string') {
    const known = await signIn.verifyKey(key);
    if (!known) throw new HoldfastError('auth.required', 'The site does not know this API key.');
    return { actor: `key ${known.name}`, by: 'api-key', userId: known.userId };
  }
  const { cookie } = request.headers;
  const user = cookie === undefined ? undefined : await signIn.session(new Headers({ cookie }));
  if (!user) throw new HoldfastError('auth.required', 'You are not signed in.');
  return { actor: user.email, by: 'session', userId: user.userId };
}

/**
 * A browser names the origin of the page with every change. A key in a header cannot be sent by a foreign page
 * unasked, a cookie can: with a cookie the origin must be there and be this site's.
 */
function refuseForeignOrigin(request: FastifyRequest, publicOrigin: string): void {
  if (request.headers['x-api-key'] !== undefined) return;
  const { origin, cookie } = request.headers;
  if (origin === undefined && cookie === undefined) return;
  const own = `${request.protocol}://${request.host}`;
  if (origin === publicOrigin || origin === own) return;
  throw new HoldfastError('auth.refused', 'The request came from a page of another site.');
}
