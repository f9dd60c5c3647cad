/** The wire of the first generation of clients: a secret in place of a certificate, and policy as plain JSON over TLS. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Platform, SiteCode, Uuid } from './ids.ts';
import { CommandLine, ContentFile } from './software.ts';
import { ClientFacts, StatusBatch } from './wire.ts';

const strict = { additionalProperties: false } as const;

/**
 * Routes of wire 1. All but `enrol` need `Authorization: Bearer <secret>`. Limits of bodies are those of today's wire;
 * status is acknowledged with a StatusAcknowledgement.
 * A check-in is a conditional GET of `policy`, as it is today.
 */
export const mpPathsV1 = {
  enrol: '/mp/v1/enrol',
  policy: '/mp/v1/policy',
  /** + `/` + hash; ranges allowed */
  content: '/mp/v1/content',
  status: '/mp/v1/status',
} as const;

const { bootId: _boot, osEpoch: _epoch, ...factsV1 } = ClientFacts.properties;

/** The first generation knew nothing of starts and epochs. */
export const ClientFactsV1 = Type.Object(factsV1, strict);
export type ClientFactsV1 = Static<typeof ClientFactsV1>;

export const EnrolRequestV1 = Type.Object(
  {
    token: Type.String({ maxLength: 512 }),
    /** Drawn by the client, once: repeated because an answer was lost, it gets the same client and a new secret. */
    requestId: Uuid,
    facts: ClientFactsV1,
  },
  strict,
);
export type EnrolRequestV1 = Static<typeof EnrolRequestV1>;

export const EnrolResponseV1 = Type.Object(
  {
    clientId: Uuid,
    siteCode: SiteCode,
    /** 32 random bytes, base64url. The site keeps its hash. */
    secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  },
  strict,
);
export type EnrolResponseV1 = Static<typeof EnrolResponseV1>;

/** What is to be run once. Nothing is detected, and nothing repaired. */
export const DeploymentV1 = Type.Object(
  {
    deploymentId: Uuid,
    /** Package, version and program, for people. */
    name: Type.String({ maxLength: 400 }),
    platform: Platform,
    /** Not before this time; null = at once. Milliseconds since 1970. */
    availableAt: Type.Union([Type.Integer(), Type.Null()]),
    /** Variables in it as in today's: `{content}`, `{log}`. */
    command: CommandLine,
    maxRunMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
    files: Type.Array(ContentFile, { maxItems: 100_000 }),
  },
  strict,
);
export type DeploymentV1 = Static<typeof DeploymentV1>;

/** Answer of GET `policy`: not signed, trusted as far as the connection is. */
export const PolicyV1 = Type.Object(
  {
    siteCode: SiteCode,
    clientId: Uuid,
    /** Seconds between check-ins. */
    pollSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    /** The newest first: what brings today's client is not held up by what came before it. */
    deployments: Type.Array(DeploymentV1, { maxItems: 10_000 }),
    /** Deployments that did not fit into `wireLimits.indexBytes`. */
    leftOut: Type.Integer({ minimum: 0 }),
  },
  strict,
);
export type PolicyV1 = Static<typeof PolicyV1>;

const { clientId: _client, ...batchV1 } = StatusBatch.properties;

/** Whose messages they are is said by the secret. */
export const StatusBatchV1 = Type.Object(batchV1, strict);
export type StatusBatchV1 = Static<typeof StatusBatchV1>;
