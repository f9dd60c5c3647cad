/** /first-run, /api-keys and the parts of /api/auth that the console needs. */
import {
  ApiKeyCreate,
  ApiKeyCreated,
  ApiKeySummary,
  type ErrorCode,
  FirstRun,
  HoldfastError,
  PageOf,
  PageQuery,
} from '@holdfast/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, identityOf, Nothing } from '../http/api.ts';
import type { SignIn } from './auth.adapter.ts';
import { createApiKey, deleteApiKey, type FirstRunDesk, listApiKeys } from './model.ts';

/** Tries with a password or a first-run secret from one address. */
const tries = { max: 10, timeWindow: 60_000 };
const smallBody = 16 * 1024;
const strict = { additionalProperties: false } as const;
const KeyParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }, strict);

export function apiKeyRoutes(api: Api, context: SiteContext, signIn: SignIn): void {
  api.get(
    '/api-keys',
    {
      schema: {
        summary: 'API keys, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(ApiKeySummary), ...errors },
      },
    },
    async (request) => {
      const search = request.query.search?.toLowerCase() ?? '';
      const items = (await listApiKeys(signIn)).filter((key) => key.name.toLowerCase().includes(search));
      return { items, total: items.length, next: null };
    },
  );
  api.post(
    '/api-keys',
    {
      schema: {
        summary: 'Create an API key',
        body: ApiKeyCreate,
        response: { 201: ApiKeyCreated, ...errors },
      },
    },
    async (request, reply) => {
      const { actor, userId } = identityOf(request);
      const made = await createApiKey(context, signIn, { name: request.body.name, actor, owner: userId });
      return reply.status(201).send(made);
    },
  );
  api.delete(
    '/api-keys/:id',
    { schema: { summary: 'Remove an API key', params: KeyParams, response: { 204: Nothing, ...errors } } },
    async (request, reply) => {
      await deleteApiKey(context, signIn, { id: request.params.id, actor: identityOf(request).actor });
      return reply.status(204).send(null);
    },
  );
}

export function firstRunRoutes(api: Api, firstRun: FirstRunDesk): void {
  api.post(
    '/first-run',
    {
      bodyLimit: smallBody,
      config: { open: true, rateLimit: tries },
      schema: {
        summary: 'Create the first administrator',
        security: [],
        body: FirstRun,
        response: { 204: Nothing, ...errors },
      },
    },
    async (request, reply) => {
      await firstRun.createAdministrator(request.body);
      return reply.status(204).send(null);
    },
  );
}

/** Only these of better-auth's routes exist; sign-up is closed but for the first run. */
const signInRoutes = [
  { method: 'POST', url: '/api/auth/sign-in/email', limited: true },
  { method: 'POST', url: '/api/auth/sign-out', limited: false },
  { method: 'GET', url: '/api/auth/get-session', limited: false },
  { method: 'POST', url: '/api/auth/change-password', limited: true },
] as const;

/** @param publicUrl the address that sign-in believes in; the guard has checked the request's origin before */
export function sessionRoutes(api: Api, signIn: SignIn, publicUrl: string): void {
  for (const { method, url, limited } of signInRoutes) {
    api.route({
      method,
      url,
      bodyLimit: smallBody,
      config: { open: true, ...(limited ? { rateLimit: tries } : {}) },
      schema: { hide: true },
      handler: async (request, reply) => answer(reply, await signIn.handle(forward(request, publicUrl))),
    });
  }
}

/** The request as better-auth wants it: a fetch Request at the site's own address. */
function forward(request: FastifyRequest, publicUrl: string): Request {
  const url = new URL(request.url, publicUrl);
  const headers = new Headers({ origin: url.origin, 'content-type': 'application/json' });
  for (const name of ['cookie', 'user-agent']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const body = request.method === 'GET' ? null : JSON.stringify(request.body ?? {});
  return new Request(url, { method: request.method, headers, body });
}

/** better-auth's refusals, in codes of the catalogue. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  400: 'request.invalid',
  401: 'auth.required',
  403: 'auth.refused',
  404: 'not-found',
  422: 'request.invalid',
  429: 'request.rate',
};

async function answer(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  const text = await response.text();
  if (!response.ok) {
    const code = refusals[response.status];
    if (code === undefined) throw new HoldfastError('internal', `Sign-in answered ${response.status}.`);
    throw new HoldfastError(code, sentenceOf(text));
  }
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  return reply
    .status(response.status)
    .type('application/json; charset=utf-8')
    .send(text === '' ? 'null' : text);
}

function sentenceOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.endsWith('.') ? message : `${message}.`;
  } catch {
    // Not JSON: a sentence of our own says enough.
  }
  return 'Sign-in was refused.';
}
