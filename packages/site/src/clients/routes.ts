/** GET /clients, GET /clients/:id, DELETE /clients/:id/certificate. */
import { ClientDetail, ClientSummary, HealthState, PageOf, PageQuery, Uuid, Wire } from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import { revokeClient } from './model.ts';
import { clientDetail, listClients } from './store.ts';

const ClientQuery = Type.Object(
  {
    ...PageQuery.properties,
    collectionId: Type.Optional(Uuid),
    health: Type.Optional(HealthState),
    wire: Type.Optional(Wire),
  },
  { additionalProperties: false },
);

export function clientRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/clients',
    {
      schema: {
        summary: 'Clients by host name',
        querystring: ClientQuery,
        response: { 200: PageOf(ClientSummary), ...errors },
      },
    },
    ({ query: { health, ...query } }) =>
      listClients(context.reader, {
        ...query,
        health: health === undefined ? undefined : { state: health, now: context.clock.now() },
      }),
  );
  api.get(
    '/clients/:id',
    { schema: { summary: 'One client', params: IdParams, response: { 200: ClientDetail, ...errors } } },
    (request) => clientDetail(context.reader, request.params.id, context.clock.now()),
  );
  api.delete(
    '/clients/:id/certificate',
    {
      schema: { summary: 'Revoke a client at once', params: IdParams, response: { 204: Nothing, ...errors } },
    },
    async (request, reply) => {
      await revokeClient(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
}
