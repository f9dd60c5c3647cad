/** A small simulated management point: it speaks the wire, signs with a true key, and remembers what it was told. */
import { createPublicKey } from 'node:crypto';
import {
  type Assignment,
  ClientFacts,
  EnrolRequest,
  type Envelope,
  type ErrorCode,
  errorCatalogue,
  formatToken,
  HealthReport,
  keyFingerprint,
  mpPaths,
  type PayloadType,
  RenewRequest,
  StatusBatch,
  type StatusMessage,
  seal,
  sha256,
  type TakeoverOrder,
  type VersionPolicy,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { uuidFrom } from '../machine/entropy.ts';
import type { Random } from '../world/random.ts';
import { ed25519Key, pem, pemContent } from './keys.ts';
import { type Server, type ServerAnswer, type ServerRequest, simulatedCertificate } from './network.ts';

const siteCode = 'LAB';

/** How a P-256 SubjectPublicKeyInfo begins (RFC 5480, 2); 65 bytes of point follow. */
const p256Prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** Life of a certificate, milliseconds. */
const certificateLife = 90 * 24 * 3600 * 1000;

export type SimulatedClient = {
  readonly id: string;
  /** Of its latest certificate. */
  publicKey: string;
  facts: ClientFacts;
  /** By stream of the outbox: message 1 first, without gaps. */
  readonly streams: Map<string, StatusMessage[]>;
  /** Reports of its health, the first one first. */
  readonly health: HealthReport[];
  serial: number;
  /** The index as signed last, its tag and the assignments in it. */
  policy: { readonly tag: string; readonly body: string; readonly assignments: string } | undefined;
};

export type SimulatedSite = {
  readonly server: Server;
  readonly token: string;
  readonly clients: Map<string, SimulatedClient>;
  /** What clients sent that the wire forbids, in words: must stay empty. */
  readonly violations: string[];
  /** Stores content; answers its hash. */
  addContent(bytes: Uint8Array): string;
  /** Assigns to every client, from its next check-in on, in the place of an earlier assignment of that deployment. */
  deploy(assignment: Assignment): void;
  /** Clients of the first generation that may be followed: their secrets by their ids. */
  readonly former: Map<string, string>;
  /** Takes a deployment back, from every client's next check-in on. */
  withdraw(deploymentId: string): void;
  /** What the policy of a client says of its own version: asked at each of its check-ins. Nothing unless set. */
  versions: (client: SimulatedClient) => VersionPolicy | undefined;
  /** Foreign agents that every client is to take over, from its next check-in on. None unless set. */
  takeovers: readonly TakeoverOrder[];
  /** Signs with the policy key. */
  seal(type: PayloadType, payload: unknown): Envelope;
};

const isEnrolRequest = Compile(EnrolRequest);
const isRenewRequest = Compile(RenewRequest);
const isFacts = Compile(ClientFacts);
const isStatusBatch = Compile(StatusBatch);
const isHealthReport = Compile(HealthReport);

export function simulatedSite(random: Random, now: () => number, pollSeconds = 60): SimulatedSite {
  const key = ed25519Key(random.stream('policy key'));
  const publicKey = createPublicKey(key);
  const authority = pem('CERTIFICATE', Buffer.from(`authority ${uuidFrom(random)}`, 'utf8'));
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  const token = formatToken({ siteCode, policyKey: keyFingerprint(publicKey), secret });
  const ids = random.stream('clients');
  const clients = new Map<string, SimulatedClient>();
  const former = new Map<string, string>();
  const contents = new Map<string, Uint8Array>();
  const assignments = new Map<string, { readonly deploymentId: string; readonly text: string }>();
  const violations: string[] = [];

  function trust(): ServerAnswer {
    const payload = JSON.stringify({ siteCode, authorities: [authority], issuedAt: now() });
    const policyKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return json({ policyKey, trust: seal('holdfast/site-trust', payload, key) });
  }

  function enrol(request: ServerRequest): ServerAnswer {
    const body = parse(request.body);
    if (!isEnrolRequest.Check(body)) return refuse('request.invalid', `enrol: ${request.body.slice(0, 200)}`);
    if (body.token !== token) return refused('token.unknown');
    const publicKeyOfClient = keyOfRequest(body.certificateRequest);
    if (publicKeyOfClient === undefined) return refuse('certificate.request-invalid', 'enrol: not a request');
    const known = [...clients.values()].find((client) => client.publicKey === publicKeyOfClient);
    const { succeeds } = body;
    const isFormer = succeeds !== undefined && former.get(succeeds.clientId) === succeeds.secret;
    if (!known && succeeds && (!isFormer || clients.has(succeeds.clientId))) return refused('secret.refused');
    const id = succeeds?.clientId ?? uuidFrom(ids);
    const client = known ?? newClient(id, publicKeyOfClient, body.facts);
    clients.set(client.id, client);
    return json(certificateFor(client));
  }

  function renew(client: SimulatedClient, request: ServerRequest): ServerAnswer {
    const body = parse(request.body);
    if (!isRenewRequest.Check(body)) return refuse('request.invalid', `renew: ${request.body.slice(0, 200)}`);
    const publicKey = keyOfRequest(body.certificateRequest);
    if (publicKey === undefined) return refuse('certificate.request-invalid', 'renew: not a request');
    client.publicKey = publicKey;
    return json(certificateFor(client));
  }

  function certificateFor(client: SimulatedClient) {
    const certificate = simulatedCertificate(authority, client.id, client.publicKey);
    return { clientId: client.id, siteCode, certificate, expiresAt: now() + certificateLife };
  }

  /** Signed anew only if the assignments changed; the serial rises with each. */
  function policy(client: SimulatedClient, request: ServerRequest): ServerAnswer {
    const listed = [...assignments].map(([hash, { deploymentId }]) => ({ deploymentId, hash }));
    const versions = made.versions(client);
    const { takeovers } = made;
    const more = {
      ...(versions ? { client: versions } : {}),
      ...(takeovers.length > 0 ? { takeovers } : {}),
    };
    const wanted = JSON.stringify([listed, more]);
    if (client.policy?.assignments !== wanted) {
      client.serial++;
      const index = { siteCode, clientId: client.id, serial: client.serial, issuedAt: now(), pollSeconds };
      const payload = JSON.stringify({ ...index, assignments: listed, ...more });
      const tag = `"${sha256(payload)}"`;
      client.policy = {
        tag,
        body: JSON.stringify(seal('holdfast/policy-index', payload, key)),
        assignments: wanted,
      };
    }
    const { tag, body } = client.policy;
    if (request.headers['if-none-match'] === tag)
      return { status: 304, headers: { etag: tag }, body: [], after: 'end' };
    return text(body, { etag: tag });
  }

  function facts(client: SimulatedClient, request: ServerRequest): ServerAnswer {
    const body = parse(request.body);
    if (!isFacts.Check(body)) return refuse('request.invalid', `facts: ${request.body.slice(0, 200)}`);
    client.facts = body;
    return { status: 204, headers: {}, body: [], after: 'end' };
  }

  /** Stores each message once, acknowledges up to the first that is missing. */
  function status(client: SimulatedClient, request: ServerRequest): ServerAnswer {
    const batch = parse(request.body);
    if (!isStatusBatch.Check(batch))
      return refuse('request.invalid', `status: ${request.body.slice(0, 500)}`);
    if (batch.clientId !== client.id) return refuse('client.mismatch', `status of ${batch.clientId}`);
    const stored = client.streams.get(batch.stream) ?? [];
    client.streams.set(batch.stream, stored);
    for (const message of batch.messages) {
      const before = stored[message.seq - 1];
      if (before === undefined && message.seq === stored.length + 1) stored.push(message);
      else if (before === undefined) violations.push(`gap before message ${message.seq}`);
      else if (JSON.stringify(before) !== JSON.stringify(message))
        violations.push(`another message ${message.seq}`);
    }
    if (batch.oldest > stored.length + 1) violations.push(`messages lost before ${batch.oldest}`);
    return json({ acknowledged: stored.length });
  }

  function health(client: SimulatedClient, request: ServerRequest): ServerAnswer {
    const report = parse(request.body);
    if (!isHealthReport.Check(report))
      return refuse('request.invalid', `health: ${request.body.slice(0, 500)}`);
    client.health.push(report);
    return { status: 204, headers: {}, body: [], after: 'end' };
  }

  function content(hash: string, request: ServerRequest): ServerAnswer {
    const bytes = contents.get(hash);
    if (bytes === undefined) return refused('content.not-found');
    const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    if (first === undefined) return { status: 200, headers: {}, body: [bytes], after: 'end' };
    const start = Number(first);
    if (start >= bytes.length) return refused('content.range-invalid');
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    return { status: 206, headers: { 'content-range': range }, body: [bytes.subarray(start)], after: 'end' };
  }

  function refuse(code: ErrorCode, violation: string): ServerAnswer {
    violations.push(violation);
    return refused(code);
  }

  function answer(request: ServerRequest): ServerAnswer {
    if (request.path === mpPaths.trust) return trust();
    if (request.path === mpPaths.enrol) return enrol(request);
    const client = clients.get(request.clientName ?? '');
    if (client === undefined) return refused('certificate.required');
    if (request.path === mpPaths.renew) return renew(client, request);
    if (request.path === mpPaths.policy) return policy(client, request);
    if (request.path === mpPaths.facts) return facts(client, request);
    if (request.path === mpPaths.status) return status(client, request);
    if (request.path === mpPaths.health) return health(client, request);
    const hash = request.path.slice(request.path.lastIndexOf('/') + 1);
    if (request.path === `${mpPaths.content}/${hash}`) return content(hash, request);
    const assignment = assignments.get(hash);
    if (request.path !== `${mpPaths.assignments}/${hash}` || !assignment) return refused('not-found');
    return text(assignment.text, {});
  }

  const made: SimulatedSite = {
    server: { authority, answer },
    token,
    clients,
    former,
    violations,
    addContent(bytes) {
      const hash = sha256(bytes);
      contents.set(hash, bytes);
      return hash;
    },
    deploy(assignment) {
      const written = JSON.stringify(assignment);
      for (const [hash, { deploymentId }] of assignments) {
        if (deploymentId === assignment.deploymentId) assignments.delete(hash);
      }
      assignments.set(sha256(written), { deploymentId: assignment.deploymentId, text: written });
    },
    withdraw(deploymentId) {
      for (const [hash, one] of assignments) if (one.deploymentId === deploymentId) assignments.delete(hash);
    },
    versions: () => undefined,
    takeovers: [],
    seal: (type, payload) => seal(type, JSON.stringify(payload), key),
  };
  return made;
}

function newClient(id: string, publicKey: string, facts: ClientFacts): SimulatedClient {
  return { id, publicKey, facts, streams: new Map(), health: [], serial: 0, policy: undefined };
}

/** Fingerprint of the key in a certificate request; undefined where there is none. */
export function keyOfRequest(request: string): string | undefined {
  const content = pemContent('CERTIFICATE REQUEST', request.replaceAll('\r', ''));
  const start = content?.indexOf(p256Prefix) ?? -1;
  if (content === undefined || start < 0) return undefined;
  return sha256(content.subarray(start, start + p256Prefix.length + 65));
}

function json(value: unknown): ServerAnswer {
  return text(JSON.stringify(value), { 'content-type': 'application/json' });
}

function text(value: string, headers: Record<string, string>): ServerAnswer {
  return { status: 200, headers, body: [Buffer.from(value, 'utf8')], after: 'end' };
}

function refused(code: ErrorCode): ServerAnswer {
  const { status, remedy } = errorCatalogue[code];
  return { ...json({ code, message: `The simulated site refuses: ${code}.`, remedy }), status };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
