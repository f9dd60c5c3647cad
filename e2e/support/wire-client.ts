/** A client of the wire alone: enrols and talks to a management point over real mutual TLS, without an agent behind it. */
import { Agent, request } from 'node:https';
import {
  type ClientFacts,
  type EnrolResponse,
  mpPaths,
  type StatusAcknowledgement,
  type StatusBatch,
  type TrustResponse,
} from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type WireClient = {
  readonly clientId: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly authorities: readonly string[];
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Sends one batch; throws where the site did not acknowledge it. */
  status(batch: Omit<StatusBatch, 'clientId'>): Promise<StatusAcknowledgement>;
  close(): void;
};

export const someFacts: ClientFacts = {
  hostName: 'wire-client',
  platform: 'linux',
  osName: 'Debian GNU/Linux 12 (bookworm)',
  osVersion: '12',
  architecture: 'x64',
  clientVersion: '0.1.0',
  bootId: '00000000-0000-4000-8000-000000000001',
  osEpoch: 'epoch-1',
};

function ask(
  agent: Agent,
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(flat),
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const jsonHeaders = { 'content-type': 'application/json' };

/** Enrols with a token at the management point (`https://...`). */
export async function enrolWireClient(
  site: string,
  token: string,
  facts: Partial<ClientFacts> = {},
): Promise<WireClient> {
  const { privateKey, request: certificateRequest } =
    await linuxMachine().identities.create('holdfast-client');
  const open = new Agent({ rejectUnauthorized: false });
  const trust = JSON.parse((await ask(open, site + mpPaths.trust, 'GET', {})).body) as TrustResponse;
  open.destroy();
  const { authorities } = JSON.parse(trust.trust.payload) as { authorities: string[] };
  const anonymous = new Agent({ ca: authorities });
  const answer = await ask(
    anonymous,
    site + mpPaths.enrol,
    'POST',
    jsonHeaders,
    JSON.stringify({ token, certificateRequest, facts: { ...someFacts, ...facts } }),
  );
  anonymous.destroy();
  if (answer.status >= 300) throw new Error(`Enrolment refused: ${answer.body}`);
  const { clientId, certificate } = JSON.parse(answer.body) as EnrolResponse;
  const agent = new Agent({
    ca: authorities,
    cert: certificate,
    key: privateKey,
    keepAlive: true,
    maxSockets: 1,
  });
  return {
    clientId,
    certificate,
    privateKey,
    authorities,
    get: (path, headers = {}) => ask(agent, site + path, 'GET', headers),
    post: (path, body) => ask(agent, site + path, 'POST', jsonHeaders, JSON.stringify(body)),
    status: async (batch) => {
      const reply = await ask(
        agent,
        site + mpPaths.status,
        'POST',
        jsonHeaders,
        JSON.stringify({ clientId, ...batch }),
      );
      if (reply.status !== 200) throw new Error(`Status refused: ${reply.status} ${reply.body}`);
      return JSON.parse(reply.body) as StatusAcknowledgement;
    },
    close: () => agent.destroy(),
  };
}
