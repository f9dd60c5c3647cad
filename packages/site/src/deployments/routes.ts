/** /deployments: list, create (or only try), read, withdraw, clients. */
import {
  DeploymentClient,
  DeploymentCreate,
  DeploymentDetail,
  DeploymentState,
  DeploymentSummary,
  PageOf,
  PageQuery,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import { createDeployment, withdrawDeployment } from './model.ts';
import { getDeployment, getDeploymentDetail, listDeploymentClients, listDeployments } from './store.ts';

const strict = { additionalProperties: false } as const;
const CreateQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, strict);
const ClientsQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(DeploymentState) }, strict);

export function deploymentRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/deployments',
    {
      schema: {
        summary: 'Deployments, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(DeploymentSummary), ...errors },
      },
    },
    (request) => listDeployments(context.reader, request.query),
  );
  api.post(
    '/deployments',
    {
      schema: {
        summary: 'Deploy a program to a collection',
        querystring: CreateQuery,
        body: DeploymentCreate,
        response: { 200: DeploymentDetail, 201: DeploymentDetail, ...errors },
      },
    },
    async (request, reply) => {
      const dryRun = request.query.dryRun ?? false;
      const detail = await createDeployment(context, identityOf(request).actor, request.body, { dryRun });
      return reply.status(dryRun ? 200 : 201).send(detail);
    },
  );
  api.get(
    '/deployments/:id',
    {
      schema: { summary: 'One deployment', params: IdParams, response: { 200: DeploymentDetail, ...errors } },
    },
    (request) => getDeploymentDetail(context.reader, request.params.id),
  );
  api.delete(
    '/deployments/:id',
    { schema: { summary: 'Withdraw a deployment', params: IdParams, response: { 204: Nothing, ...errors } } },
    async (request, reply) => {
      await withdrawDeployment(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
  api.get(
    '/deployments/:id/clients',
    {
      schema: {
        summary: 'Where each client stands',
        params: IdParams,
        querystring: ClientsQuery,
        response: { 200: PageOf(DeploymentClient), ...errors },
      },
    },
    async (request) =>
      listDeploymentClients(
        context.reader,
        await getDeployment(context.reader, request.params.id),
        request.query,
      ),
  );
}
