/** GET /status and GET /clients/:id/status. */
import { PageOf, PageQuery, Severity, StatusRow, Uuid } from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams } from '../http/api.ts';
import { listStatus } from './list.ts';

const strict = { additionalProperties: false } as const;
const ofOneClient = {
  ...PageQuery.properties,
  deploymentId: Type.Optional(Uuid),
  severity: Type.Optional(Severity),
};
const ClientStatusQuery = Type.Object(ofOneClient, strict);
const StatusQuery = Type.Object({ ...ofOneClient, clientId: Type.Optional(Uuid) }, strict);

export function statusRoutes(api: Api, context: SiteContext): void {
  const response = { 200: PageOf(StatusRow), ...errors };
  api.get(
    '/status',
    { schema: { summary: 'Status messages, newest first', querystring: StatusQuery, response } },
    (request) => listStatus(context.reader, request.query),
  );
  api.get(
    '/clients/:id/status',
    {
      schema: {
        summary: 'Status messages of a client',
        params: IdParams,
        querystring: ClientStatusQuery,
        response,
      },
    },
    (request) => listStatus(context.reader, { ...request.query, clientId: request.params.id }),
  );
}
