/** GET /health, GET /health/clients, GET /clients/:id/health and its history. */
import {
  ClientHealth,
  HealthCheck,
  HealthClient,
  HealthHistoryRow,
  HealthOverview,
  HealthState,
  HoldfastError,
  PageOf,
  PageQuery,
} from '@holdfast/contract';
import Type from 'typebox';
import { findClient } from '../clients/store.ts';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams } from '../http/api.ts';
import { countFindings, countHealth, listHealth, listHistory } from './lists.ts';
import { clientHealth } from './store.ts';

const strict = { additionalProperties: false } as const;
const HealthQuery = Type.Object(
  { ...PageQuery.properties, state: Type.Optional(HealthState), check: Type.Optional(HealthCheck) },
  strict,
);
const HistoryQuery = Type.Object(
  { limit: PageQuery.properties.limit, cursor: PageQuery.properties.cursor },
  strict,
);

export function healthRoutes(api: Api, context: SiteContext): void {
  const { clock, reader } = context;
  const known = async (id: string) => {
    const client = await findClient(reader, id);
    if (!client) throw new HoldfastError('not-found', `There is no client ${id}.`);
    return client;
  };
  api.get(
    '/health',
    {
      schema: {
        summary: 'How the clients are, counted by state and by check',
        response: { 200: HealthOverview, ...errors },
      },
    },
    async () => ({
      clients: await countHealth(reader, clock.now()),
      checks: await countFindings(reader),
    }),
  );
  api.get(
    '/health/clients',
    {
      schema: {
        summary: 'Clients by host name, each with how it is',
        querystring: HealthQuery,
        response: { 200: PageOf(HealthClient), ...errors },
      },
    },
    (request) => listHealth(reader, request.query, clock.now()),
  );
  api.get(
    '/clients/:id/health',
    {
      schema: {
        summary: "A client's newest evaluation of itself",
        params: IdParams,
        response: { 200: ClientHealth, ...errors },
      },
    },
    async (request) => clientHealth(reader, await known(request.params.id), clock.now()),
  );
  api.get(
    '/clients/:id/health/history',
    {
      schema: {
        summary: 'What was not well in its last evaluations, newest first',
        params: IdParams,
        querystring: HistoryQuery,
        response: { 200: PageOf(HealthHistoryRow), ...errors },
      },
    },
    async (request) => listHistory(reader, (await known(request.params.id)).id, request.query),
  );
}
