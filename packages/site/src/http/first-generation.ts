/** The management point for clients of the first generation: they show a secret, and get everything in plain documents. */
import {
  EnrolRequestV1,
  EnrolResponseV1,
  HoldfastError,
  mpPathsV1,
  Sha256,
  StatusAcknowledgement,
  StatusBatchV1,
  wireLimits,
} from '@holdfast/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { RegisteredClient } from '../clients/registry.ts';
import type { SiteContext } from '../context.ts';
import { enrolFirstGeneration } from '../enrolment/first-generation.ts';
import { clientOfSecret } from '../enrolment/secrets.ts';
import type { StatusIngest } from '../status/ingest.ts';
import { sendContent } from './send-content.ts';
import { sendPolicy } from './unchanged.ts';

const HashParams = Type.Object({ hash: Sha256 }, { additionalProperties: false });

/** The client that each request came from, looked up before its body is read. */
function bearers({ clients, clock, store }: SiteContext) {
  const known = new WeakMap<object, RegisteredClient>();
  return {
    async identify(request: FastifyRequest): Promise<void> {
      const [, secret] = /^Bearer ([\w-]{43})$/.exec(request.headers.authorization ?? '') ?? [];
      if (secret === undefined) {
        throw new HoldfastError('secret.refused', 'This request needs the secret of an enrolled client.');
      }
      const client = clients.get(await clientOfSecret(store, secret, clock.now()));
      if (!client) throw new HoldfastError('secret.refused', 'The site does not know this client.');
      if (client.revoked) throw new HoldfastError('certificate.revoked', 'The client was revoked.');
      known.set(request, client);
    },
    of(request: FastifyRequest): RegisteredClient {
      const client = known.get(request);
      if (!client) throw new HoldfastError('internal', 'A route of wire 1 did not ask who speaks.');
      return client;
    },
  };
}

export function firstGenerationRoutes(
  app: FastifyInstance,
  { context, ingest }: { readonly context: SiteContext; readonly ingest: StatusIngest },
): void {
  const { clients, content, policy } = context;
  const { identify, of } = bearers(context);
  app.post<{ Body: EnrolRequestV1 }>(
    mpPathsV1.enrol,
    {
      bodyLimit: wireLimits.enrolBytes,
      schema: { body: EnrolRequestV1, response: { 200: EnrolResponseV1 } },
    },
    (request) => enrolFirstGeneration(context, request.body),
  );
  app.get(mpPathsV1.policy, { onRequest: identify }, async (request, reply) => {
    const client = of(request);
    clients.seen(client, 1);
    return await sendPolicy(await policy.index(client.id, 1), request, reply);
  });
  app.get<{ Params: { hash: Sha256 } }>(
    `${mpPathsV1.content}/:hash`,
    { schema: { params: HashParams }, onRequest: identify },
    (request, reply) => sendContent(content, request.params.hash, request, reply),
  );
  app.post<{ Body: StatusBatchV1 }>(
    mpPathsV1.status,
    {
      bodyLimit: wireLimits.statusBatchBytes,
      schema: { body: StatusBatchV1, response: { 200: StatusAcknowledgement } },
      onRequest: identify,
      config: { tooLarge: 'status.too-large' },
    },
    async (request) => {
      const client = of(request);
      clients.seen(client, 1);
      return await ingest.add({ ...request.body, clientId: client.id });
    },
  );
}
