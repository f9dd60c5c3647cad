/** The administrators' server: the API under /api/v1, sign-in under /api/auth, and the console. */
import http from 'node:http';
import https from 'node:https';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { HoldfastError, holdfastVersion, SiteInfo } from '@holdfast/contract';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { auditRoutes } from '../audit/routes.ts';
import { openSignIn, type SignIn } from '../auth/auth.adapter.ts';
import { authSecret, createApiKey, type FirstRunDesk, openFirstRun } from '../auth/model.ts';
import { apiKeyRoutes, firstRunRoutes, sessionRoutes } from '../auth/routes.ts';
import { clientRoutes } from '../clients/routes.ts';
import { prepareCollections } from '../collections/model.ts';
import { collectionRoutes } from '../collections/routes.ts';
import type { SiteContext } from '../context.ts';
import { deploymentRoutes } from '../deployments/routes.ts';
import { healthRoutes } from '../health/routes.ts';
import { installerRoutes } from '../installer/routes.ts';
import { liveRoutes } from '../live/routes.ts';
import { overviewRoutes } from '../overview/routes.ts';
import { releaseRoutes } from '../releases/routes.ts';
import { repairRoutes } from '../repair/routes.ts';
import { setupRoutes } from '../setup/routes.ts';
import { softwareRoutes } from '../software/routes.ts';
import { statusRoutes } from '../status/routes.ts';
import { databaseKindOf } from '../store/database.ts';
import { takeoverRoutes } from '../takeovers/routes.ts';
import { tokenRoutes } from '../tokens/routes.ts';
import { upgradeRoutes } from '../upgrades/routes.ts';
import { wireRoutes } from '../wires/routes.ts';
import { type Api, errors } from './api.ts';
import { answerErrors, answerFrameworkErrors } from './errors.ts';
import { guard } from './guard.ts';
import { describeApi, openApiRoute } from './openapi.ts';
import { sendSecurityHeaders, serveConsole } from './static.ts';
import { validatorCompiler } from './validation.ts';

/** Bytes of a body, where a route says nothing else. */
const bodyLimit = 256 * 1024;
/** Milliseconds of silence after which a connection is closed; longer than the heartbeat of the live stream. */
const silenceLimit = 120_000;
/** Milliseconds in which the headers of a request must have come whole. A body may take as long as it goes on coming. */
const headersTimeout = 60_000;

export type ConsoleServerOptions = {
  /** Folder of the built console; without it only the API is served. */
  readonly distFolder?: string;
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  /** Addresses or networks of proxies whose X-Forwarded headers count, or true for whoever connects to this server. */
  readonly trustProxy?: boolean | readonly string[];
  /** Address of the console as browsers know it. */
  readonly publicUrl: string;
  /** Lines about faults inside the site; to stderr where absent. */
  readonly log?: (line: string) => void;
};

export type ConsoleServer = {
  readonly server: FastifyInstance;
  /** Of the link `<console>/first-run#<secret>`; undefined once an administrator exists. */
  firstRunSecret(): Promise<string | undefined>;
  /** Makes a key of the system account, before any administrator exists. */
  createApiKey(name: string): Promise<string>;
};

/** The server with all of its routes, not listening yet. */
export async function createConsoleServer(
  context: SiteContext,
  options: ConsoleServerOptions,
): Promise<ConsoleServer> {
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const { publicUrl, tls } = options;
  const secret = await authSecret(context);
  const signIn = await openSignIn({
    store: context.store,
    kind: databaseKindOf(context.store),
    secret,
    publicUrl,
    log,
  });
  const firstRun = await openFirstRun(context, signIn, secret);
  await prepareCollections(context);

  const server = Fastify({
    bodyLimit,
    forceCloseConnections: true,
    trustProxy: trustedProxies(options.trustProxy ?? false),
    frameworkErrors: answerFrameworkErrors(log),
    genReqId: () => context.entropy.uuid(),
    serverFactory: (handler, settings) => listener(tls, handler, settings),
  });
  answerErrors(server, log);
  server.setValidatorCompiler(validatorCompiler);
  sendSecurityHeaders(server, { https: publicUrl.startsWith('https:') });
  await server.register(rateLimit, {
    global: false,
    // Refused tries are as costly as others: count before anything else is done.
    hook: 'onRequest',
    errorResponseBuilder: (_request, { ttl }) =>
      new HoldfastError('request.rate', `Too many tries; the next one counts in ${Math.ceil(ttl / 1000)} s.`),
  });
  guard(server, signIn, publicUrl);
  const api = server.withTypeProvider<TypeBoxTypeProvider>();
  await describeApi(api);
  await api.register(async (scope: Api) => addRoutes(scope, context, signIn, firstRun), {
    prefix: '/api/v1',
  });
  sessionRoutes(api, signIn, publicUrl);
  if (options.distFolder !== undefined) await serveConsole(server, options.distFolder);
  await server.ready();

  return {
    server,
    firstRunSecret: () => firstRun.secret(),
    createApiKey: async (name) => (await createApiKey(context, signIn, { name, actor: 'system' })).key,
  };
}

function listener(
  tls: ConsoleServerOptions['tls'],
  handler: http.RequestListener,
  settings: http.ServerOptions,
): http.Server {
  // Fastify sets no limits on a server that is not of its own making; its `requestTimeout` would end long uploads.
  const limits = { ...settings, requestTimeout: 0, headersTimeout };
  const server = tls
    ? https.createServer({ ...limits, cert: tls.certificate, key: tls.privateKey }, handler)
    : http.createServer(limits, handler);
  return server.setTimeout(silenceLimit);
}

/**
 * `true` believes the last address of X-Forwarded-For, which the proxy in front has written; what stands before it
 * came with the request, and whoever tries passwords would have a new address for every try.
 */
function trustedProxies(
  proxies: boolean | readonly string[],
): NonNullable<FastifyServerOptions['trustProxy']> {
  if (proxies === true) return (_address, hop) => hop === 0;
  return proxies === false ? false : [...proxies];
}

function addRoutes(api: Api, context: SiteContext, signIn: SignIn, firstRun: FirstRunDesk): void {
  api.get(
    '/site',
    {
      config: { open: true },
      schema: {
        summary: 'What the sign-in page shows',
        security: [],
        response: { 200: SiteInfo, ...errors },
      },
    },
    async () => ({
      siteCode: context.siteCode,
      version: holdfastVersion,
      firstRun: await firstRun.open(),
      managementPoint: context.managementPoint,
    }),
  );
  openApiRoute(api);
  firstRunRoutes(api, firstRun);
  apiKeyRoutes(api, context, signIn);
  overviewRoutes(api, context);
  clientRoutes(api, context);
  healthRoutes(api, context);
  setupRoutes(api, context);
  releaseRoutes(api, context);
  repairRoutes(api, context);
  upgradeRoutes(api, context);
  takeoverRoutes(api, context);
  wireRoutes(api, context);
  statusRoutes(api, context);
  tokenRoutes(api, context);
  collectionRoutes(api, context);
  softwareRoutes(api, context);
  installerRoutes(api, context);
  deploymentRoutes(api, context);
  auditRoutes(api, context);
  liveRoutes(api, context);
}
