/** The wire between client and management point: paths, bodies and limits. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { VersionPolicy } from './client-versions.ts';
import { Envelope } from './envelope-schema.ts';
import { Name, Platform, Sha256, SiteCode, Timestamp, Uuid } from './ids.ts';
import { StatusMessage } from './status-codes.ts';
import { mostTakeovers, TakeoverOrder } from './takeover.ts';

const strict = { additionalProperties: false } as const;

/**
 * The wires that there are, the oldest first: 1 of the first generation (wire-v1.ts: a secret, no certificate), 2 of the
 * second (as today's, but its policy index says nothing of the client's own version), 3 today's.
 */
export const Wire = Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)]);
export type Wire = Static<typeof Wire>;
export const wires: readonly Wire[] = [1, 2, 3];
/** Today's. */
export const currentWire = 3;

/** The wire that a path of the management point belongs to; undefined where it belongs to none. */
export function wireOf(path: string): Wire | undefined {
  return wires.find((wire) => path.startsWith(`/mp/v${wire}/`));
}

/** The same place on wire 2, whose paths and bodies are those of wire 3. */
export const onWire2 = (path: string): string => path.replace(/^\/mp\/v3\//, '/mp/v2/');

/**
 * Routes of the management point, of today's wire. All but `trust`, `enrol`, `setup` and what is below `client` need a client certificate
 * of the site.
 * A check-in is a conditional GET of `policy`: `If-None-Match` with the hash of the index the client has;
 * 304 says that nothing changed.
 */
export const mpPaths = {
  trust: '/mp/v3/trust',
  enrol: '/mp/v3/enrol',
  renew: '/mp/v3/renew',
  policy: '/mp/v3/policy',
  /** + `/` + hash */
  assignments: '/mp/v3/assignments',
  /** + `/` + hash; ranges allowed */
  content: '/mp/v3/content',
  facts: '/mp/v3/facts',
  status: '/mp/v3/status',
  health: '/mp/v3/health',
  /** What a bootstrap tells of its phases: with a token, or with a certificate. */
  setup: '/mp/v3/setup',
  /** The newest signed release of the client: an Envelope. + `/` + version: that one. */
  clientRelease: '/mp/v3/client/release',
  /** + `/` + hash of a package of a release; ranges allowed. */
  clientPackages: '/mp/v3/client/packages',
  /** + `/` + `setup.sh`: the script that a new machine runs. */
  clientSetup: '/mp/v3/client/setup',
} as const;

/** Limits of the wire, each tested at the limit and one above. Bytes unless said otherwise. */
export const wireLimits = {
  statusBatchBytes: 1024 * 1024,
  /** messages */
  statusBatchMessages: 500,
  factsBytes: 64 * 1024,
  enrolBytes: 64 * 1024,
  healthBytes: 256 * 1024,
  setupBytes: 256 * 1024,
  indexBytes: 16 * 1024 * 1024,
  assignmentBytes: 32 * 1024 * 1024,
} as const;

/** What a client says of its machine. Hostile text: typed, bounded, never rendered as markup. */
export const ClientFacts = Type.Object(
  {
    hostName: Name,
    platform: Platform,
    osName: Type.String({ maxLength: 200 }),
    osVersion: Type.String({ maxLength: 100 }),
    architecture: Type.String({ maxLength: 40 }),
    clientVersion: Type.String({ maxLength: 40 }),
    /** Changes with every start of the machine. */
    bootId: Type.String({ maxLength: 64 }),
    /** Changes when the operating system is installed anew or upgraded. */
    osEpoch: Type.String({ maxLength: 64 }),
  },
  strict,
);
export type ClientFacts = Static<typeof ClientFacts>;

/** Signed as `holdfast/site-trust`: how a client that only knows the policy key learns the site's TLS roots. */
export const SiteTrust = Type.Object(
  {
    siteCode: SiteCode,
    /** PEM certificates of the site's certificate authority. */
    authorities: Type.Array(Type.String({ maxLength: 16_384 }), { minItems: 1, maxItems: 8 }),
    issuedAt: Timestamp,
  },
  strict,
);
export type SiteTrust = Static<typeof SiteTrust>;

export const TrustResponse = Type.Object(
  {
    /** PEM SubjectPublicKeyInfo of the policy key; its fingerprint must be the token's. */
    policyKey: Type.String({ maxLength: 1024 }),
    trust: Envelope,
  },
  strict,
);
export type TrustResponse = Static<typeof TrustResponse>;

/** Who a client of the first generation was: its id, and the secret that it alone has. */
export const FormerClient = Type.Object({ clientId: Uuid, secret: Type.String({ maxLength: 128 }) }, strict);
export type FormerClient = Static<typeof FormerClient>;

export const EnrolRequest = Type.Object(
  {
    token: Type.String({ maxLength: 512 }),
    /** PKCS #10, PEM, P-256. Repeating a request with the same key gives the same client again. */
    certificateRequest: Type.String({ maxLength: 8192 }),
    facts: ClientFacts,
    /**
     * The client of the first generation that this one takes the place of, proved by its secret: it stays the same client.
     * The first key that proves it has it; another one is refused with `secret.refused`.
     */
    succeeds: Type.Optional(FormerClient),
  },
  strict,
);
export type EnrolRequest = Static<typeof EnrolRequest>;

export const EnrolResponse = Type.Object(
  {
    clientId: Uuid,
    siteCode: SiteCode,
    certificate: Type.String({ maxLength: 16_384 }),
    expiresAt: Timestamp,
  },
  strict,
);
export type EnrolResponse = Static<typeof EnrolResponse>;

export const RenewRequest = Type.Object({ certificateRequest: Type.String({ maxLength: 8192 }) }, strict);
export type RenewRequest = Static<typeof RenewRequest>;

/** Payload of `holdfast/policy-index`. */
export const PolicyIndex = Type.Object(
  {
    siteCode: SiteCode,
    clientId: Uuid,
    /** Rises with every index for this client; a client refuses a lower one. */
    serial: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    issuedAt: Timestamp,
    /** Seconds between check-ins; the client spreads them by up to a tenth. */
    pollSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    assignments: Type.Array(Type.Object({ deploymentId: Uuid, hash: Sha256 }, strict), { maxItems: 10_000 }),
    /** Of the client's own version. Told only to clients that speak of versions (wire 3). */
    client: Type.Optional(VersionPolicy),
    /** Foreign agents to be taken over. Absent where there are none, and on wires before 3. */
    takeovers: Type.Optional(Type.Array(TakeoverOrder, { minItems: 1, maxItems: mostTakeovers })),
  },
  strict,
);
export type PolicyIndex = Static<typeof PolicyIndex>;

export const StatusBatch = Type.Object(
  {
    clientId: Uuid,
    /** Drawn when the client's outbox is created; numbering starts anew with it. */
    stream: Uuid,
    /** Lowest number that the client still has. A gap below it is recorded by the site, never waited for. */
    oldest: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    messages: Type.Array(StatusMessage, { minItems: 1, maxItems: wireLimits.statusBatchMessages }),
  },
  strict,
);
export type StatusBatch = Static<typeof StatusBatch>;

export const StatusAcknowledgement = Type.Object(
  {
    /** Highest number up to which all messages of the stream are stored. */
    acknowledged: Type.Integer({ minimum: 0 }),
  },
  strict,
);
export type StatusAcknowledgement = Static<typeof StatusAcknowledgement>;

/** Body of every error, on the management point and on the API alike. */
export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
  requestId: Type.Optional(Type.String()),
  details: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  ),
});
export type ErrorBody = Static<typeof ErrorBody>;
