/** POST of what a bootstrap tells of its phases: without a certificate, with a token of the site. */
import { mpPaths, SetupReports, wireLimits } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';
import type { SiteContext } from '../context.ts';
import { createSetupDesk } from './model.ts';

export function setupReportRoute(app: FastifyInstance, context: SiteContext): void {
  const desk = createSetupDesk(context);
  app.post<{ Body: SetupReports }>(
    mpPaths.setup,
    { bodyLimit: wireLimits.setupBytes, schema: { body: SetupReports } },
    async (request, reply) => {
      await desk.take(request.body);
      return await reply.code(204).send();
    },
  );
}
