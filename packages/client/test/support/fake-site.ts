/** A management point in memory behind the network port, with the bad days that tests ask for. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  type Assignment,
  type EnrolRequest,
  type ErrorCode,
  errorCatalogue,
  formatToken,
  keyFingerprint,
  mpPaths,
  type StatusBatch,
  type StatusMessage,
  seal,
  sha256,
  statusEntry,
} from '@holdfast/contract';
import type { Network, NetworkRequest, NetworkResponse } from '@holdfast/ports';

type Answer = { status: number; headers?: Record<string, string>; body?: Uint8Array | string };
/** Answers instead of the site; undefined lets the site answer. */
type Bend = (request: NetworkRequest, path: string) => Answer | undefined;

export type FakeSite = ReturnType<typeof fakeSite>;

export function fakeSite() {
  const keys = generateKeyPairSync('ed25519');
  const policyKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const siteCode = 'HF1';
  const tokens = new Map([['A'.repeat(43), { uses: 0, problem: undefined as ErrorCode | undefined }]]);
  const clients = new Map<string, string>();
  const contents = new Map<string, Uint8Array>();
  const assignments = new Map<string, string>();
  const received: StatusMessage[] = [];
  const requests: NetworkRequest[] = [];
  const bends: Bend[] = [];
  let acknowledged = 0;
  let siteTrust = { siteCode, authorities: ['authority'], issuedAt: 0 };
  let serial = 0;
  let deployed: { deploymentId: string; hash: string }[] = [];
  let life = 90 * 86_400_000;
  let now = () => 0;

  const error = (code: ErrorCode, headers: Record<string, string> = {}): Answer => ({
    status: errorCatalogue[code].status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ code, message: `refused: ${code}`, remedy: errorCatalogue[code].remedy }),
  });
  const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
  const issue = (clientId: string) =>
    json({ clientId, siteCode, certificate: `certificate of ${clientId}`, expiresAt: now() + life });

  const index = (change: Record<string, unknown> = {}) =>
    JSON.stringify(
      seal(
        'holdfast/policy-index',
        JSON.stringify({
          siteCode,
          clientId: [...clients.values()].at(-1),
          serial,
          issuedAt: 0,
          pollSeconds: 60,
          assignments: deployed,
          ...change,
        }),
        keys.privateKey,
      ),
    );

  const answer = (request: NetworkRequest, path: string): Answer => {
    if (path === mpPaths.trust) {
      const trust = JSON.stringify(siteTrust);
      return json({ policyKey, trust: seal('holdfast/site-trust', trust, keys.privateKey) });
    }
    if (path === mpPaths.enrol) {
      const body = JSON.parse(request.body ?? '') as EnrolRequest;
      const token = tokens.get(body.token.split('.')[3] ?? '');
      if (!token) return error('token.unknown');
      const known = clients.get(body.certificateRequest);
      if (known) return issue(known);
      if (token.problem) return error(token.problem);
      token.uses += 1;
      const clientId = randomUUID();
      clients.set(body.certificateRequest, clientId);
      return issue(clientId);
    }
    if (!request.tls.certificate) return error('certificate.required');
    if (path === mpPaths.renew) return issue(request.tls.certificate.slice('certificate of '.length));
    if (path === mpPaths.facts) return { status: 204 };
    if (path === mpPaths.policy) {
      const body = index();
      const etag = `"${sha256(body)}"`;
      return request.headers?.['if-none-match'] === etag
        ? { status: 304, headers: { etag } }
        : { status: 200, headers: { etag }, body };
    }
    if (path.startsWith(`${mpPaths.assignments}/`)) {
      const text = assignments.get(path.slice(mpPaths.assignments.length + 1));
      return text === undefined ? error('not-found') : { status: 200, body: text };
    }
    if (path.startsWith(`${mpPaths.content}/`)) {
      const bytes = contents.get(path.slice(mpPaths.content.length + 1));
      if (!bytes) return error('content.not-found');
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers?.range ?? '')?.[1] ?? 0);
      if (start === 0) return { status: 200, body: bytes };
      const headers = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
      return { status: 206, headers, body: bytes.subarray(start) };
    }
    if (path === mpPaths.status) {
      const batch = JSON.parse(request.body ?? '') as StatusBatch;
      acknowledged = Math.max(acknowledged, batch.oldest - 1);
      for (const message of batch.messages) {
        if (message.seq !== acknowledged + 1) continue;
        received.push(message);
        acknowledged = message.seq;
      }
      return json({ acknowledged });
    }
    return error('not-found');
  };

  /** Answers whose body was neither read to its end nor left. */
  const unread = new Set<NetworkResponse>();
  const responseOf = (given: Answer): NetworkResponse => {
    const response: NetworkResponse = {
      status: given.status,
      headers: given.headers ?? {},
      body: piecesOf(given.body ?? '', () => unread.delete(response)),
    };
    unread.add(response);
    return response;
  };

  const network: Network = {
    request: async (request) => {
      requests.push(request);
      request.signal?.throwIfAborted();
      const path = new URL(request.url).pathname;
      for (const bend of bends) {
        const bent = bend(request, path);
        if (bent) return responseOf(bent);
      }
      return responseOf(answer(request, path));
    },
  };

  return {
    network,
    requests,
    unread,
    received,
    clients,
    contents,
    error,
    index,
    keys,
    /** Names of the status messages so far. */
    names: () => received.map((message) => statusEntry(message.code)?.name),
    token: (change: Partial<{ siteCode: string; policyKey: string; secret: string }> = {}) =>
      formatToken({ siteCode, policyKey: keyFingerprint(keys.publicKey), secret: 'A'.repeat(43), ...change }),
    spoilToken: (problem: ErrorCode) => {
      tokens.set('A'.repeat(43), { uses: 0, problem });
    },
    setClock: (clock: () => number) => {
      now = clock;
    },
    setLife: (ms: number) => {
      life = ms;
    },
    /** Numbering begins anew, as it does with a new outbox. */
    newStream: () => {
      acknowledged = 0;
    },
    setAuthorities: (authority: string, issuedAt: number) => {
      siteTrust = { siteCode, authorities: [authority], issuedAt };
    },
    setSerial: (to: number) => {
      serial = to;
    },
    /** Deploys exactly these. */
    deploy: (...list: Assignment[]) => {
      serial += 1;
      deployed = list.map((assignment) => {
        const text = JSON.stringify(assignment);
        assignments.set(sha256(text), text);
        return { deploymentId: assignment.deploymentId, hash: sha256(text) };
      });
    },
    addContent: (path: string, text: string) => {
      const bytes = Buffer.from(text);
      contents.set(sha256(bytes), bytes);
      return { path, size: bytes.length, sha256: sha256(bytes) };
    },
    /** From now on the first bend that answers wins. Answers the function that ends it. */
    bend: (bend: Bend) => {
      bends.unshift(bend);
      return () => {
        bends.splice(bends.indexOf(bend), 1);
      };
    },
  };
}

async function* piecesOf(body: Uint8Array | string, done: () => void): AsyncGenerator<Uint8Array> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  try {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  } finally {
    done();
  }
}
