/** POST of what a bootstrap tells of its phases: with a token of the site, or with the certificate of its client. */
import { mpPaths, SetupReports, wireLimits } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';
import type { SiteContext } from '../context.ts';
import type { IdentifyPeer } from '../http/peer.ts';
import { createSetupDesk } from './model.ts';

export function setupReportRoute(app: FastifyInstance, context: SiteContext, identify: IdentifyPeer): void {
  const desk = createSetupDesk(context);
  app.post<{ Body: SetupReports }>(
    mpPaths.setup,
    { bodyLimit: wireLimits.setupBytes, schema: { body: SetupReports } },
    async (request, reply) => {
      const { token, reports } = request.body;
      if (token === undefined) await desk.takeOfClient(identify(request.raw).id, reports);
      else await desk.take(token, reports);
      return await reply.code(204).send();
    },
  );
}
