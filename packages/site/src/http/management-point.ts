/** The management point: what clients talk to, over mutual TLS. */
import { createServer } from 'node:https';
import {
  ClientFacts,
  EnrolRequest,
  EnrolResponse,
  HoldfastError,
  mpPaths,
  RenewRequest,
  Sha256,
  type SiteTrust,
  StatusAcknowledgement,
  StatusBatch,
  TrustResponse,
  wireLimits,
} from '@holdfast/contract';
import Fastify, { type FastifyInstance } from 'fastify';
import Type from 'typebox';
import { updateFacts } from '../clients/enrolled.ts';
import { takeSystem } from '../clients/systems.ts';
import { announceMemberships, evaluateClient } from '../collections/membership.ts';
import type { SiteContext } from '../context.ts';
import { enrol, renew } from '../enrolment/model.ts';
import { healthReportRoute } from '../health/report-route.ts';
import { openReleaseRoutes } from '../releases/open-routes.ts';
import { setupReportRoute } from '../setup/report-route.ts';
import type { StatusIngest } from '../status/ingest.ts';
import { noteProved } from '../upgrades/drive.ts';
import { answerErrors, answerFrameworkErrors } from './errors.ts';
import { firstGenerationRoutes } from './first-generation.ts';
import { type IdentifyPeer, knownClient, peerIdentifier, renewalGraceMs, spokenWire } from './peer.ts';
import { sendContent } from './send-content.ts';
import { answerUnchanged, sendPolicy } from './unchanged.ts';
import { validatorCompiler } from './validation.ts';

/** Milliseconds in which a request must have come whole, and an idle connection is kept. */
const requestTimeout = 120_000;
const keepAliveTimeout = 75_000;
/** Bytes of the bodies of requests that have no limit of their own. */
const bodyLimit = 16 * 1024;

const HashParams = Type.Object({ hash: Sha256 }, { additionalProperties: false });

export type ManagementPointOptions = {
  readonly context: SiteContext;
  readonly ingest: StatusIngest;
  readonly server: ServerCertificate;
  /** When the site was created: the signed trust is the same with every start. */
  readonly createdAt: number;
  readonly log: (line: string) => void;
};

/** Key and certificate of the server, PEM. */
export type ServerCertificate = { readonly certificate: string; readonly privateKey: string };

export type ManagementPoint = {
  readonly app: FastifyInstance;
  /** Takes up a new certificate for the connections to come. */
  renew(server: ServerCertificate): void;
};

/** The server, not listening yet. */
export function createManagementPoint(options: ManagementPointOptions): ManagementPoint {
  const { context } = options;
  const secure = ({ certificate, privateKey }: ServerCertificate) => ({
    cert: certificate,
    key: privateKey,
    ca: [...context.trust.authorities],
    minVersion: 'TLSv1.2' as const,
  });
  const identify = peerIdentifier(context.clients, context.clock, context.trust.authorities);
  const unchanged = answerUnchanged(context.clients, identify, context.wires);
  // Enrolment comes without a certificate; every other route asks for it itself.
  const tls = { ...secure(options.server), requestCert: true, rejectUnauthorized: false };
  const app = Fastify({
    https: tls,
    serverFactory: (handler) =>
      createServer({ ...tls, requestTimeout, keepAliveTimeout }, (request, response) => {
        if (!unchanged(request, response)) handler(request, response);
      }),
    logger: false,
    bodyLimit,
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkErrors(options.log),
    // What wire 2 has stands where wire 3 has it; what differs is asked of the address as it was sent.
    rewriteUrl: ({ url = '' }) => url.replace(/^\/mp\/v2\//, '/mp/v3/'),
  });
  app.setValidatorCompiler(validatorCompiler);
  answerErrors(app, options.log);
  app.addHook('onRequest', async (request) => context.wires.admit(spokenWire(request)));
  trustRoutes(app, options);
  enrolmentRoutes(app, context, identify);
  policyRoutes(app, context, identify);
  contentRoute(app, context, identify);
  reportRoutes(app, options, identify);
  healthReportRoute(app, context, identify);
  openReleaseRoutes(app, context);
  setupReportRoute(app, context, identify);
  firstGenerationRoutes(app, options);
  return { app, renew: (server) => app.server.setSecureContext(secure(server)) };
}

function trustRoutes(app: FastifyInstance, { context, createdAt }: ManagementPointOptions): void {
  const trust: SiteTrust = {
    siteCode: context.siteCode,
    authorities: [...context.trust.authorities],
    issuedAt: createdAt,
  };
  const answer: TrustResponse = {
    policyKey: context.trust.policyKey,
    trust: context.trust.seal('holdfast/site-trust', JSON.stringify(trust)),
  };
  app.get(mpPaths.trust, { schema: { response: { 200: TrustResponse } } }, () => answer);
}

function enrolmentRoutes(app: FastifyInstance, context: SiteContext, identify: IdentifyPeer): void {
  app.post<{ Body: EnrolRequest }>(
    mpPaths.enrol,
    { bodyLimit: wireLimits.enrolBytes, schema: { body: EnrolRequest, response: { 200: EnrolResponse } } },
    (request) => enrol(context, request.body, spokenWire(request)),
  );
  app.post<{ Body: RenewRequest }>(
    mpPaths.renew,
    {
      schema: { body: RenewRequest, response: { 200: EnrolResponse } },
      onRequest: knownClient(identify, renewalGraceMs),
    },
    (request) => renew(context, identify(request.raw, renewalGraceMs).id, request.body),
  );
}

function policyRoutes(app: FastifyInstance, context: SiteContext, identify: IdentifyPeer): void {
  const { clients, policy } = context;
  // An unchanged policy whose tag is in memory was answered before (unchanged.ts).
  app.get(mpPaths.policy, async (request, reply) => {
    const client = identify(request.raw);
    const wire = spokenWire(request);
    clients.seen(client, wire);
    return await sendPolicy(await policy.index(client.id, wire), request, reply);
  });
  app.get<{ Params: { hash: Sha256 } }>(
    `${mpPaths.assignments}/:hash`,
    { schema: { params: HashParams } },
    async (request, reply) => {
      const client = identify(request.raw);
      const body = await policy.assignment(client.id, request.params.hash);
      return await reply.type('application/json').send(body);
    },
  );
}

function contentRoute(app: FastifyInstance, context: SiteContext, identify: IdentifyPeer): void {
  app.get<{ Params: { hash: Sha256 } }>(
    `${mpPaths.content}/:hash`,
    { schema: { params: HashParams } },
    async (request, reply) => {
      identify(request.raw);
      return await sendContent(context.content, request.params.hash, request, reply);
    },
  );
}

function reportRoutes(app: FastifyInstance, options: ManagementPointOptions, identify: IdentifyPeer): void {
  const { context, ingest } = options;
  const known = knownClient(identify);
  app.post<{ Body: ClientFacts }>(
    mpPaths.facts,
    { bodyLimit: wireLimits.factsBytes, schema: { body: ClientFacts }, onRequest: known },
    async (request, reply) => {
      const client = identify(request.raw);
      const { changed, proved } = await context.store.transaction().execute(async (transaction) => {
        await takeSystem(context, transaction, client.id, request.body);
        await updateFacts(transaction, client.id, request.body);
        return {
          changed: await evaluateClient(transaction, client.id),
          proved: await noteProved(transaction, { clientId: client.id }, context.clock.now()),
        };
      });
      announceMemberships(context, changed);
      context.policy.invalidate(proved);
      context.clients.seen(client, spokenWire(request));
      context.live.publish({ kind: 'client', id: client.id });
      return await reply.code(204).send();
    },
  );
  app.post<{ Body: StatusBatch }>(
    mpPaths.status,
    {
      bodyLimit: wireLimits.statusBatchBytes,
      schema: { body: StatusBatch, response: { 200: StatusAcknowledgement } },
      onRequest: known,
      config: { tooLarge: 'status.too-large' },
    },
    async (request) => {
      const client = identify(request.raw);
      if (request.body.clientId !== client.id) {
        throw new HoldfastError(
          'client.mismatch',
          'The messages are of another client than the certificate.',
        );
      }
      context.clients.seen(client, spokenWire(request));
      return await ingest.add(request.body);
    },
  );
}
