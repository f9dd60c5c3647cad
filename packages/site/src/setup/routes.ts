/** GET /setups, GET /setups/:id. */
import { PageOf, PageQuery, SetupDetail, SetupState, SetupSummary, Uuid } from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams } from '../http/api.ts';
import { listSetups, setupDetail } from './store.ts';

const SetupQuery = Type.Object(
  { ...PageQuery.properties, state: Type.Optional(SetupState), tokenId: Type.Optional(Uuid) },
  { additionalProperties: false },
);

export function setupRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/setups',
    {
      schema: {
        summary: 'Set-ups of clients, newest word first',
        querystring: SetupQuery,
        response: { 200: PageOf(SetupSummary), ...errors },
      },
    },
    (request) => listSetups(context.reader, request.query, context.clock.now()),
  );
  api.get(
    '/setups/:id',
    {
      schema: {
        summary: 'One set-up with its reports',
        params: IdParams,
        response: { 200: SetupDetail, ...errors },
      },
    },
    (request) => setupDetail(context.reader, request.params.id, context.clock.now()),
  );
}
