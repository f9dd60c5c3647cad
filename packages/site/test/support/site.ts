/** A real site in a temporary folder, and a client that speaks to its management point over mutual TLS. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientFacts, type EnrolResponse, mpPaths } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Clock } from '@holdfast/ports';
import { createSite, type RunningSite, type SiteOptions, startSite } from '../../src/index.ts';
import { createToken } from '../../src/tokens/model.ts';

export const machine = linuxMachine();

export const facts: ClientFacts = {
  hostName: 'ws-001',
  platform: 'linux',
  osName: 'Debian GNU/Linux 12 (bookworm)',
  osVersion: '12.5',
  architecture: 'x64',
  clientVersion: '0.1.0',
  bootId: 'boot-1',
  osEpoch: 'epoch-1',
};

/** The real clock, which a test can set forward. */
export function movableClock(): Clock & { forward(ms: number): void } {
  let offset = 0;
  return {
    now: () => machine.clock.now() + offset,
    monotonic: () => machine.clock.monotonic() + offset,
    sleep: (ms, signal) => machine.clock.sleep(ms, signal),
    forward(ms) {
      offset += ms;
    },
  };
}

export type TestSite = AsyncDisposable & {
  readonly options: SiteOptions;
  readonly clock: ReturnType<typeof movableClock>;
  readonly folder: string;
  /** Lines that the site logged. */
  readonly log: string[];
  running: RunningSite;
  restart(change?: Partial<SiteOptions>): Promise<void>;
};

export async function temporaryFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'holdfast-site-'));
}

export async function startTestSite(change: Partial<SiteOptions> = {}): Promise<TestSite> {
  const folder = await temporaryFolder();
  const clock = movableClock();
  const log: string[] = [];
  const options: SiteOptions = {
    siteCode: 'HF1',
    dataFolder: join(folder, 'data'),
    hostNames: ['localhost'],
    console: { host: '127.0.0.1', port: 0 },
    managementPoint: { host: '127.0.0.1', port: 0 },
    pollSeconds: 15,
    disk: machine.disk,
    clock,
    entropy: machine.entropy,
    log: (line) => log.push(line),
    ...change,
  };
  await createSite(options);
  const site: TestSite = {
    options,
    clock,
    folder,
    log,
    running: await startSite(options),
    async restart(changed = {}) {
      await site.running.close();
      site.running = await startSite({ ...options, ...changed });
    },
    async [Symbol.asyncDispose]() {
      await site.running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return site;
}

export async function tokenFor(
  { running }: TestSite,
  options: { maxUses?: number | null; lifetimeSeconds?: number } = {},
): Promise<{ id: string; token: string }> {
  return await createToken(running.context, 'test', {
    label: 'test',
    maxUses: options.maxUses === undefined ? 1 : options.maxUses,
    lifetimeSeconds: options.lifetimeSeconds ?? 3600,
  });
}

export type Answer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers whose form it asserts
  readonly json: any;
};

export type Identity = { readonly certificate: string; readonly privateKey: string };

export type Ask = {
  readonly method?: string;
  readonly identity?: Identity | undefined;
  readonly body?: unknown;
  /** Sent as it is in place of a body in JSON. */
  readonly raw?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly agent?: https.Agent;
};

/** One request; a connection of its own unless an agent is given. */
export async function ask(site: TestSite, path: string, options: Ask = {}): Promise<Answer> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return await new Promise((resolve, reject) => {
    const request = https.request(`${site.running.managementPointUrl}${path}`, {
      method: options.method ?? (body === undefined ? 'GET' : 'POST'),
      ca: [...site.running.context.trust.authorities],
      ...(options.identity ? { cert: options.identity.certificate, key: options.identity.privateKey } : {}),
      agent: options.agent ?? false,
      headers: {
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...options.headers,
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const json = /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, json });
      });
    });
    request.end(body);
  });
}

export type TestClient = Identity & { readonly id: string; readonly request: string };

/** Enrols a new client with a token of its own. */
export async function enrolClient(site: TestSite, change: Partial<ClientFacts> = {}): Promise<TestClient> {
  const { token } = await tokenFor(site);
  const { privateKey, request } = await machine.identities.create('client');
  const answer = await ask(site, mpPaths.enrol, {
    body: { token, certificateRequest: request, facts: { ...facts, ...change } },
  });
  assert.equal(answer.status, 200, answer.text);
  const { clientId, certificate } = answer.json as EnrolResponse;
  return { id: clientId, certificate, privateKey, request };
}

/** Asserts that an answer is a coded error with the catalogue's sentence of what to do. */
export function assertCode(answer: Answer, status: number, code: string): void {
  assert.deepEqual(
    { status: answer.status, code: answer.json?.code },
    { status, code },
    answer.text.slice(0, 500),
  );
  assert.ok(answer.json.remedy.length > 0 && answer.json.message.length > 0);
}
