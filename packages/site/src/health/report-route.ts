/** POST of a client's evaluation of itself, with its certificate. */
import { HealthReport, mpPaths, wireLimits } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';
import type { SiteContext } from '../context.ts';
import { type IdentifyPeer, knownClient, spokenWire } from '../http/peer.ts';
import { putHealth } from './store.ts';

export function healthReportRoute(app: FastifyInstance, context: SiteContext, identify: IdentifyPeer): void {
  app.post<{ Body: HealthReport }>(
    mpPaths.health,
    {
      bodyLimit: wireLimits.healthBytes,
      schema: { body: HealthReport },
      onRequest: knownClient(identify),
    },
    async (request, reply) => {
      const client = identify(request.raw);
      const received = { clientId: client.id, receivedAt: context.clock.now(), report: request.body };
      await context.store.transaction().execute((transaction) => putHealth(transaction, received));
      context.clients.seen(client, spokenWire(request));
      context.live.publish({ kind: 'client', id: client.id });
      return await reply.code(204).send();
    },
  );
}
