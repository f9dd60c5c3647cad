/** What the tests of bad days say to a site and its clients, and how they look at the answers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ErrorCode, errorCatalogue, mpPaths } from '@holdfast/contract';
import { runClientProgram } from '../src/client/program.ts';
import { thisMachine } from '../src/this-machine.ts';
import { type Outcome, startTestSite, surroundings, type TestSite, temporaryFolder } from './support.ts';

const machine = thisMachine();

/** The site of all these tests. */
export let site: TestSite;

export async function openSite(): Promise<void> {
  site = await startTestSite();
}

export async function closeSite(): Promise<void> {
  await site.close();
  machine.close();
}

/** A program's failure: exit code 1, nothing on standard output, and on standard error code, what happened, what to do. */
export function assertSaid({ code, out, error }: Outcome, expected: ErrorCode): void {
  assert.equal(code, 1, `${out}${error}`);
  assert.equal(out, '');
  const said = JSON.parse(error).error;
  assert.equal(said.code, expected, said.message);
  assert.equal(said.remedy, errorCatalogue[expected].remedy);
  assert.match(said.message, /^\S.{10,}$/);
}

/** The same for a person: what happened with its code, and below it what to do. */
export function assertReadable({ code, error }: Outcome, expected: ErrorCode): void {
  assert.equal(code, 1);
  const [first, second] = error.trimEnd().split('\n').slice(-2);
  assert.ok(first?.endsWith(`[${expected}]`), error);
  assert.equal(second, `  ${errorCatalogue[expected].remedy}`);
}

export type Answer = { readonly status: number; readonly text: string };

/** The API's failure: the status of its code, and an error body. */
export function assertAnswered({ status, text }: Answer, expected: ErrorCode): void {
  const body = JSON.parse(text);
  assert.deepEqual(
    { status, code: body.code, remedy: body.remedy },
    { status: errorCatalogue[expected].status, code: expected, remedy: errorCatalogue[expected].remedy },
    text,
  );
  assert.ok(body.message.length > 10 && body.requestId.length > 0);
}

export async function clientProgram(...words: string[]): Promise<Outcome> {
  const said = { out: '', error: '' };
  const code = await runClientProgram(words, surroundings(said));
  return { code, ...said };
}

export const tokenOf = async (...words: string[]): Promise<string> =>
  ((await site.json('token', 'create', '--label', 'bad day', ...words)) as { token: string }).token;

export function enrol(folder: string, token: string): Promise<Outcome> {
  const where = ['--folder', folder, '--root', join(folder, 'root')];
  return clientProgram(
    ...['enrol', '--site', site.site.managementPointUrl, '--token', token, ...where, '--json'],
  );
}

export async function enrolled(context: TestContext): Promise<{ folder: string; id: string }> {
  const folder = await keptFolder(context);
  await mkdir(join(folder.path, 'root'));
  const { code, out, error } = await enrol(folder.path, await tokenOf());
  assert.equal(code, 0, error);
  return { folder: folder.path, id: JSON.parse(out).clientId };
}

export type Identity = { readonly id: string; readonly cert: string; readonly key: string };

/** One request to the management point, with a client's certificate or without. */
export async function tell(path: string, body: unknown, identity?: Identity): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = https.request(`${site.site.managementPointUrl}${path}`, {
    method: 'POST',
    agent: false,
    ca: [...site.site.context.trust.authorities],
    ...(identity ? { cert: identity.cert, key: identity.key } : {}),
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
  });
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
  request.end(text);
  const [response] = await answered;
  return { status: response.statusCode ?? 0, text: (await response.toArray()).join('') };
}

export const facts = {
  hostName: 'bad-day',
  platform: 'linux',
  osName: 'Debian GNU/Linux 12',
  osVersion: '12.5',
  architecture: 'x64',
  clientVersion: '0.1.0',
  bootId: 'boot',
  osEpoch: 'epoch',
};

export async function request(token: string): Promise<{ key: string; body: Record<string, unknown> }> {
  const made = await machine.identities.create('client');
  return { key: made.privateKey, body: { token, certificateRequest: made.request, facts } };
}

/** A client that says what a test wants it to. */
export async function spokenClient(change: Record<string, unknown> = {}): Promise<Identity> {
  const { key, body } = await request(await tokenOf());
  const { status, text } = await tell(mpPaths.enrol, { ...body, facts: { ...facts, ...change } });
  assert.equal(status, 200, text);
  const { clientId, certificate } = JSON.parse(text);
  return { id: clientId, cert: certificate, key };
}

export const message = (seq: number, details: Record<string, string> = {}) => ({
  seq,
  at: 1_700_000_000_000,
  code: 10002,
  severity: 'info',
  details,
});
export const stream = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
export const batch = (clientId: string, ...messages: unknown[]) => ({
  clientId,
  stream,
  oldest: 1,
  messages,
});

export async function storedMessages(clientId: string): Promise<number> {
  return ((await site.json('status', '--client', clientId)) as { total: number }).total;
}

export async function api(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${site.site.consoleUrl}/api/v1${path}`, {
    method,
    headers: {
      'x-api-key': site.apiKey,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Has the policy of the client in this folder signed anew, under this serial. */
export async function issueAnew(folder: string, serial: number): Promise<void> {
  const { store, policy } = site.site.context;
  const { clientId } = await clientStatus(folder);
  await store
    .updateTable('client')
    .set({ policySerial: serial - 1, policyTag: null })
    .where('id', '=', clientId)
    .execute();
  policy.invalidate([clientId]);
}

export type ClientSays = {
  clientId: string;
  policySerial: number | null;
  deployments: { deploymentId: string; state: string }[];
};

export async function clientStatus(folder: string): Promise<ClientSays> {
  return JSON.parse((await clientProgram('status', '--folder', folder, '--json')).out);
}

export const policySerial = async (folder: string) => (await clientStatus(folder)).policySerial ?? 0;

export async function keptFolder(context: TestContext) {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  return folder;
}

/** Deploys the script of this name in the site's folder to one client. */
export async function deployScript(name: string, clientId: string): Promise<void> {
  await site.json('package', 'add', join(site.folder, `${name}.sh`), '--name', name, '--version', '1');
  await site.json(
    ...['program', 'add', name, '--name', 'install', '--platform', 'linux', '--detect-file', `/${name}`],
    ...['--install', `/bin/sh "{content}/${name}.sh" "{root}"`],
  );
  await site.json('collection', 'create', name);
  await site.json('collection', 'add', name, clientId);
  await site.json('deploy', name, name);
}

export const clients = async () => ((await site.json('client', 'list')) as { total: number }).total;
export const tokens = async () => ((await site.json('token', 'list')) as { total: number }).total;
