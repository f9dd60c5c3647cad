/**
 * What both older generations of clients are made of. These fixtures are clients as they were before today's: programs that
 * speak their own wire, keep their own files and are installed by their own packages. `first.ts` is the first generation, with
 * a secret and plain policy; `second.ts` the second, with a certificate and signed policy; `build.ts` makes their packages. They
 * import nothing of today's sources, so that they stay what they were when those change.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createRequire } from 'node:module';
import { arch, hostname, release } from 'node:os';
import { dirname, join } from 'node:path';

export const isWindows = process.platform === 'win32';

/** A file of its own: whole or not at all. */
export function keep(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, content, { flush: true });
  renameSync(`${path}.new`, path);
}

export const textOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

export const log = (state: string, line: string): void =>
  appendFileSync(join(state, 'service.log'), `${new Date().toISOString()} ${line}\n`);

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const facts = (clientVersion: string) => ({
  hostName: hostname(),
  platform: isWindows ? 'windows' : 'linux',
  osName: isWindows ? 'Windows' : 'Linux',
  osVersion: release(),
  architecture: arch(),
  clientVersion,
});

export type Tls = { readonly ca?: string[]; readonly cert?: string; readonly key?: string };
export type Answer = { readonly status: number; readonly body: Buffer };

/** One request; with no authority of its own a client of that time believed the connection. */
export function ask(
  url: string,
  tls: Tls,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      ...tls,
      rejectUnauthorized: tls.ca !== undefined,
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      timeout: 30_000,
    };
    const asked = request(url, options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) }));
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** @throws where the site did not answer with 2xx */
export async function must(asked: Promise<Answer>): Promise<Buffer> {
  const { status, body } = await asked;
  if (status < 200 || status > 299) throw new Error(`${status}: ${body.toString('utf8').slice(0, 300)}`);
  return body;
}

/** Runs a command line in the folder of its content; nothing of it ends with this service. */
export function run(command: string, variables: Readonly<Record<string, string>>): Promise<number> {
  const line = command.replace(/\{(\w+)\}/g, (all, name: string) => variables[name] ?? all);
  const child = spawn(line, {
    shell: true,
    detached: !isWindows,
    stdio: 'ignore',
    cwd: isWindows ? 'C:\\' : '/',
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('exit', (code) => resolve(code ?? -1));
  });
}

type Told = { readonly name: 'started' | 'succeeded' | 'failed' | 'verified'; readonly deploymentId: string };

const messages = {
  started: { code: 10005, severity: 'info' },
  succeeded: { code: 10008, severity: 'info' },
  failed: { code: 10006, severity: 'error' },
  verified: { code: 30020, severity: 'info' },
} as const;

/** Numbers what is told, and sends one message at a time. */
export function teller(state: string, send: (batch: object) => Promise<unknown>) {
  const path = join(state, 'outbox.json');
  return async ({ name, deploymentId }: Told, details: Record<string, string | number>): Promise<void> => {
    const known = JSON.parse(textOf(path) ?? 'null') as { stream: string; seq: number } | null;
    const { stream, seq } = known ?? { stream: randomUUID(), seq: 1 };
    keep(path, JSON.stringify({ stream, seq: seq + 1 }));
    const message = { seq, at: Date.now(), ...messages[name], deploymentId, details };
    await send({ stream, oldest: 1, messages: [message] });
  };
}

/**
 * Does the work again and again until the service is stopped; what goes wrong is written down and tried again.
 * @param work one round
 */
export async function serve(state: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(state, { recursive: true });
  let stopped = false;
  let wake = () => {};
  const { promise: asked, resolve: leave } = Promise.withResolvers<void>();
  const stop = () => {
    stopped = true;
    wake();
    leave();
  };
  process.on('SIGTERM', stop);
  const ended = isWindows && process.argv.includes('service') ? await windowsService(stop) : () => {};
  while (!stopped) {
    // Stopped while a program runs, it does not wait for that: it may be what has it stopped.
    await Promise.race([work().catch((thrown: unknown) => log(state, String(thrown))), asked]);
    if (stopped) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, 1_000);
    });
  }
  ended();
  process.exit(0);
}

/** Answers the service manager of Windows. Answers how it is told of the end. */
async function windowsService(stop: () => void): Promise<() => void> {
  const koffi = createRequire(import.meta.url)('@koromix/koffi-win32-x64');
  const rights = koffi.load('advapi32.dll');
  const main = koffi.pointer(koffi.proto('void OlderServiceMain(uint32 count, void *words)'));
  const handler = koffi.pointer(
    koffi.proto('uint32 OlderServiceHandler(uint32 control, uint32 event, void *data, void *context)'),
  );
  const entry = koffi.struct('OlderServiceEntry', { name: 'str16', main });
  const dispatcher = rights.func('StartServiceCtrlDispatcherW', 'bool', [koffi.pointer(entry)]);
  const register = rights.func('RegisterServiceCtrlHandlerExW', 'void *', ['str16', handler, 'void *']);
  const setStatus = rights.func('bool SetServiceStatus(void *service, void *status)');
  let service: unknown;
  const tell = (state: number) => {
    const status = Buffer.alloc(28);
    status.writeUInt32LE(0x10);
    status.writeUInt32LE(state, 4);
    status.writeUInt32LE(state === 4 ? 5 : 0, 8);
    setStatus(service, status);
  };
  const handle = (control: number) => {
    if (control === 1 || control === 5) setImmediate(stop);
    return control === 1 || control === 4 || control === 5 ? 0 : 120;
  };
  await new Promise<void>((resolve) => {
    const begin = () => {
      service = register('', koffi.register(handle, handler), null);
      tell(4);
      resolve();
    };
    const table = [
      { name: '', main: koffi.register(begin, main) },
      { name: null, main: null },
    ];
    dispatcher.async(table, () => {});
  });
  return () => tell(1);
}
