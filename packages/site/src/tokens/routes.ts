/** GET and POST /tokens, DELETE /tokens/:id. */
import { PageOf, PageQuery, TokenCreate, TokenCreated, TokenSummary } from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import { createToken, revokeToken } from './model.ts';
import { listTokens } from './store.ts';

export function tokenRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/tokens',
    {
      schema: {
        summary: 'Enrolment tokens, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(TokenSummary), ...errors },
      },
    },
    (request) => listTokens(context.reader, request.query),
  );
  api.post(
    '/tokens',
    {
      schema: {
        summary: 'Create an enrolment token',
        body: TokenCreate,
        response: { 201: TokenCreated, ...errors },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await createToken(context, identityOf(request).actor, request.body)),
  );
  api.delete(
    '/tokens/:id',
    {
      schema: {
        summary: 'Revoke an enrolment token',
        params: IdParams,
        response: { 204: Nothing, ...errors },
      },
    },
    async (request, reply) => {
      await revokeToken(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
}
