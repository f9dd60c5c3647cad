/** POST /client-repairs. */
import { ClientRepair, ClientRepairCreate } from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, identityOf } from '../http/api.ts';
import { createRepair } from './model.ts';

const RepairQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

export function repairRoutes(api: Api, context: SiteContext): void {
  api.post(
    '/client-repairs',
    {
      schema: {
        summary: 'Have machines run the bootstrap over their client',
        querystring: RepairQuery,
        body: ClientRepairCreate,
        response: { 200: ClientRepair, 201: ClientRepair, ...errors },
      },
    },
    async (request, reply) => {
      const dryRun = request.query.dryRun ?? false;
      const repair = await createRepair(context, identityOf(request).actor, request.body, { dryRun });
      return reply.status(dryRun ? 200 : 201).send(repair);
    },
  );
}
