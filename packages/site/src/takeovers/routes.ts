/** /takeovers: list, begin (or only foresee), read, members, change, withdraw. */
import {
  PageOf,
  PageQuery,
  TakeoverChange,
  TakeoverCreate,
  TakeoverDetail,
  TakeoverForeseen,
  TakeoverMember,
  TakeoverSummary,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import { getTakeover, listTakeoverMembers, listTakeovers } from './lists.ts';
import { changeTakeover, createTakeover, foreseeTakeover, withdrawTakeover } from './model.ts';

const CreateQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

export function takeoverRoutes(api: Api, context: SiteContext): void {
  const { reader } = context;
  api.get(
    '/takeovers',
    {
      schema: {
        summary: 'Foreign agents that are taken over, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(TakeoverSummary), ...errors },
      },
    },
    (request) => listTakeovers(reader, request.query),
  );
  api.post(
    '/takeovers',
    {
      schema: {
        summary: 'Have the members of a collection look for a foreign agent, or take it over',
        querystring: CreateQuery,
        body: TakeoverCreate,
        response: { 200: TakeoverForeseen, 201: TakeoverDetail, ...errors },
      },
    },
    async (request, reply) => {
      if (request.query.dryRun) return reply.send(await foreseeTakeover(context, request.body));
      return reply.status(201).send(await createTakeover(context, identityOf(request).actor, request.body));
    },
  );
  api.get(
    '/takeovers/:id',
    {
      schema: {
        summary: 'One takeover with its rule',
        params: IdParams,
        response: { 200: TakeoverDetail, ...errors },
      },
    },
    (request) => getTakeover(reader, request.params.id),
  );
  changingRoutes(api, context);
}

function changingRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/takeovers/:id/clients',
    {
      schema: {
        summary: 'Where a takeover stands on each member, by host name',
        params: IdParams,
        querystring: PageQuery,
        response: { 200: PageOf(TakeoverMember), ...errors },
      },
    },
    (request) => listTakeoverMembers(context.reader, request.params.id, request.query),
  );
  api.put(
    '/takeovers/:id',
    {
      schema: {
        summary: 'From looking to taking over, or back',
        params: IdParams,
        body: TakeoverChange,
        response: { 200: TakeoverDetail, ...errors },
      },
    },
    (request) => changeTakeover(context, identityOf(request).actor, request.params.id, request.body),
  );
  api.delete(
    '/takeovers/:id',
    {
      schema: {
        summary: 'Withdraw a takeover: what is under way is taken back, agents that are gone stay gone',
        params: IdParams,
        response: { 204: Nothing, ...errors },
      },
    },
    async (request, reply) => {
      await withdrawTakeover(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
}
