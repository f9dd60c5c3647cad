/** /collections: list, create, read, change, remove, preview, members. */
import {
  CollectionMember,
  CollectionPreview,
  CollectionSummary,
  CollectionWrite,
  MembershipQuery,
  PageOf,
  PageQuery,
  Uuid,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import {
  changeCollection,
  changeDirectMember,
  createCollection,
  previewQuery,
  removeCollection,
} from './model.ts';
import { getCollection, getCollectionSummary, listCollections, listMembers } from './store.ts';

const strict = { additionalProperties: false } as const;
const MemberParams = Type.Object({ id: Uuid, clientId: Uuid }, strict);

export function collectionRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/collections',
    {
      schema: {
        summary: 'Collections by name',
        querystring: PageQuery,
        response: { 200: PageOf(CollectionSummary), ...errors },
      },
    },
    (request) => listCollections(context.reader, request.query),
  );
  api.post(
    '/collections',
    {
      schema: {
        summary: 'Create a collection',
        body: CollectionWrite,
        response: { 201: CollectionSummary, ...errors },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await createCollection(context, identityOf(request).actor, request.body)),
  );
  api.post(
    '/collections/preview',
    {
      schema: {
        summary: 'What a query would find',
        body: MembershipQuery,
        response: { 200: CollectionPreview, ...errors },
      },
    },
    (request) => previewQuery(context, request.body),
  );
  api.get(
    '/collections/:id',
    {
      schema: {
        summary: 'One collection',
        params: IdParams,
        response: { 200: CollectionSummary, ...errors },
      },
    },
    (request) => getCollectionSummary(context.reader, request.params.id),
  );
  api.put(
    '/collections/:id',
    {
      schema: {
        summary: 'Change a collection',
        params: IdParams,
        body: CollectionWrite,
        response: { 200: CollectionSummary, ...errors },
      },
    },
    (request) => changeCollection(context, identityOf(request).actor, request.params.id, request.body),
  );
  api.delete(
    '/collections/:id',
    { schema: { summary: 'Remove a collection', params: IdParams, response: { 204: Nothing, ...errors } } },
    async (request, reply) => {
      await removeCollection(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
  memberRoutes(api, context);
}

function memberRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/collections/:id/members',
    {
      schema: {
        summary: 'Members by host name',
        params: IdParams,
        querystring: PageQuery,
        response: { 200: PageOf(CollectionMember), ...errors },
      },
    },
    async (request) => {
      const { id } = await getCollection(context.reader, request.params.id);
      return listMembers(context.reader, id, request.query);
    },
  );
  for (const [method, member] of [
    ['PUT', true],
    ['DELETE', false],
  ] as const) {
    api.route({
      method,
      url: '/collections/:id/members/:clientId',
      schema: {
        summary: member ? 'Add a direct member' : 'Remove a direct member',
        params: MemberParams,
        response: { 204: Nothing, ...errors },
      },
      handler: async (request, reply) => {
        const { id, clientId } = request.params;
        await changeDirectMember(context, identityOf(request).actor, { collectionId: id, clientId, member });
        return reply.status(204).send(null);
      },
    });
  }
}
