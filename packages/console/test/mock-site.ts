/** A stand-in for the site: the built console under the strict policy, and the API's shapes over data in memory. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type {
  ClientUpgradeCreate,
  DeploymentCreate,
  ErrorBody,
  LiveEvent,
  MembershipQuery,
  PackageCreate,
  ProgramCreate,
  StatusRow,
  TokenCreate,
} from '@holdfast/contract/web';
import { idOf, type MockData, mockData } from './mock-data.ts';
import { mockDescription, mockFiles, mockPlan, mockRows, mockTables } from './mock-installer.ts';
import { detailOf, historyOf, repairOf } from './mock-life.ts';
import { previewOf, upgradesOf } from './mock-upgrades.ts';

/** The policy that the real site sends with every page. */
export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export type MockSite = {
  readonly origin: string;
  readonly data: MockData;
  /** A status message arrives and open consoles are told. */
  hear(row: StatusRow): void;
  close(): Promise<void>;
};

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
};
type Answer = { readonly status: number; readonly body?: unknown; readonly cookie?: string };

const ok = (body: unknown): Answer => ({ status: 200, body });
const refusal = (status: number, body: ErrorBody): Answer => ({ status, body });
const notFound = refusal(404, {
  code: 'not-found',
  message: 'There is no such object.',
  remedy: 'Check the id; list the objects to see which exist.',
});

/** A page of rows whose text holds the search; the cursor is the place of the next row. */
function pageOf<T>(rows: readonly T[], { query }: Asked, text: (row: T) => string = JSON.stringify): Answer {
  const search = (query.get('search') ?? '').toLowerCase();
  const found = rows.filter((row) => text(row).toLowerCase().includes(search));
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 100);
  return ok({
    items: found.slice(from, to),
    total: found.length,
    next: to < found.length ? String(to) : null,
  });
}

function found<T>(row: T | undefined): Answer {
  return row === undefined ? notFound : ok(row);
}

function preview(data: MockData, { all }: MembershipQuery): Answer {
  const members = data.clients.filter((client) =>
    all.every(({ attribute, value }) => client[attribute].toLowerCase().includes(value.toLowerCase())),
  );
  return ok({ members: members.length, sample: members.slice(0, 10) });
}

function statusRows(data: MockData, { query }: Asked): StatusRow[] {
  const wanted = (['clientId', 'severity', 'deploymentId'] as const).filter((name) => query.has(name));
  return data.status.filter((row) => wanted.every((name) => row[name] === query.get(name)));
}

function clientRows(data: MockData, { query }: Asked) {
  const health = query.get('health');
  const wire = query.get('wire');
  return data.clients.filter(
    (client) =>
      (health === null || client.health.state === health) && (wire === null || client.wire === Number(wire)),
  );
}

const wiresOf = ({ clients }: MockData) =>
  [1, 2, 3].map((wire) => ({ wire, clients: clients.filter((client) => client.wire === wire).length }));

function setupRows(data: MockData, { query }: Asked) {
  const wanted = (['state', 'tokenId'] as const).filter((name) => query.has(name));
  return data.setups.filter((setup) => wanted.every((name) => setup[name] === query.get(name)));
}

function memberRows(data: MockData, { query }: Asked) {
  const wanted = (['state', 'ring'] as const).filter((name) => query.has(name));
  return data.members.filter((member) => wanted.every((name) => String(member[name]) === query.get(name)));
}

function deploymentOf(data: MockData, asked: DeploymentCreate) {
  const software = data.packages.find(({ programList }) =>
    programList.some(({ id }) => id === asked.programId),
  );
  const collection = data.collections.find(({ id }) => id === asked.collectionId);
  const [like] = data.deployments;
  if (software === undefined || collection === undefined || like === undefined) return undefined;
  return {
    ...like,
    ...asked,
    id: idOf('deployment new'),
    packageId: software.id,
    packageName: software.name,
    packageVersion: software.version,
    collectionName: collection.name,
    targeted: collection.members,
    states: { waiting: collection.members },
    createdAt: Date.now(),
  };
}

/** What is in an .msi, of a package or just uploaded. */
function installer(asked: Asked): Answer {
  const [, , , , part, table] = asked.path.split('/');
  if (part === undefined) return ok(mockDescription(asked.query.get('path') ?? 'first.msi'));
  if (part === 'files') return pageOf(mockFiles, asked, ({ name }) => name);
  if (table === undefined) return ok({ items: mockTables });
  const chosen = mockTables.find(({ name }) => name === table);
  if (chosen === undefined) return notFound;
  const page = pageOf(mockRows(chosen), asked).body;
  return ok({ columns: chosen.columns, ...(page as object) });
}

/** GET and DELETE of the API. */
function read(data: MockData, asked: Asked): Answer {
  const [, list = '', id, part] = asked.path.split('/');
  if (part === 'installer') return installer(asked);
  switch (`${list}${id === undefined ? '' : '/one'}${part === undefined ? '' : `/${part}`}`) {
    case 'overview':
      return ok({
        clients: {
          total: data.clients.length,
          seenLastDay: 40,
          revoked: 1,
          silent: 1,
          unhealthy: 1,
          wires: wiresOf(data),
        },
        packages: data.packages.length,
        deployments: data.deployments.length,
        states: { succeeded: 31, running: 3, downloading: 2, waiting: 9, broken: 1, held: 1, failed: 4 },
      });
    case 'clients':
      return pageOf(clientRows(data, asked), asked, ({ hostName, osName }) => `${hostName} ${osName}`);
    case 'clients/one':
      return found(data.clients.find((client) => client.id === id));
    case 'clients/one/health':
      return pageOf(
        data.clients.filter((client) => client.id === id).flatMap(({ health }) => historyOf(health)),
        asked,
      );
    case 'clients/one/upgrades':
      return pageOf(upgradesOf(data, id ?? ''), asked);
    case 'client-versions':
      return ok(data.versions);
    case 'client-upgrades':
      return pageOf(data.upgrades, asked, ({ version }) => version);
    case 'client-upgrades/one':
      return found(data.upgrades.find((each) => each.id === id));
    case 'client-upgrades/one/members':
      return pageOf(memberRows(data, asked), asked, ({ hostName }) => hostName);
    case 'client-setup':
      return ok(data.offer);
    case 'client-releases':
      return ok(data.releases);
    case 'setups':
      return pageOf(setupRows(data, asked), asked, ({ hostName }) => hostName);
    case 'setups/one':
      return found(data.setups.filter((setup) => setup.id === id).map(detailOf)[0]);
    case 'status':
      return pageOf(statusRows(data, asked), asked);
    case 'packages':
      return pageOf(data.packages, asked, ({ name }) => name);
    case 'packages/one':
      return found(data.packages.find((each) => each.id === id));
    case 'deployments':
      return pageOf(data.deployments, asked, ({ packageName }) => packageName);
    case 'deployments/one':
      return found(data.deployments.find((each) => each.id === id));
    case 'deployments/one/clients':
      return pageOf(
        data.clients
          .slice(0, 9)
          .map(({ id: clientId, hostName, deployments: [row] }) => ({ clientId, hostName, ...row })),
        asked,
      );
    case 'collections':
      return pageOf(data.collections, asked, ({ name }) => name);
    case 'collections/one':
      return found(data.collections.find((each) => each.id === id));
    case 'collections/one/members':
      return pageOf(
        data.clients.slice(0, 21).map((client, index) => ({ ...client, direct: index === 0 })),
        asked,
        ({ hostName }) => hostName,
      );
    case 'tokens':
      return pageOf(data.tokens, asked);
    case 'api-keys':
      return pageOf(data.apiKeys, asked);
    case 'audit':
      return pageOf(data.audit, asked);
    default:
      return notFound;
  }
}

/** POST and PUT of the API. */
function write(data: MockData, asked: Asked): Answer {
  const [, list = '', id = ''] = asked.path.split('/');
  if (list === 'content') {
    const sha256 = createHash('sha256').update(asked.body).digest('hex');
    return { status: 201, body: { sha256, size: asked.body.length, known: false } };
  }
  const body: unknown = asked.body.length === 0 ? undefined : JSON.parse(asked.body.toString('utf8'));
  switch (id === '' ? asked.path : asked.path.replace(id, '*')) {
    case '/tokens': {
      const { label, maxUses, lifetimeSeconds } = body as TokenCreate;
      const now = Date.now();
      const row = { id: idOf(label), label, maxUses, uses: 0, createdAt: now, revokedAt: null };
      const token = { ...row, expiresAt: now + lifetimeSeconds * 1000 };
      data.tokens.unshift(token);
      return { status: 201, body: { ...token, token: `HF1.${'a'.repeat(43)}.${'b'.repeat(64)}` } };
    }
    case '/client-repairs':
      return { status: 201, body: repairOf({ idOf }, asked.query.get('dryRun') === 'true') };
    case '/client-upgrades':
      return found(previewOf(data, body as ClientUpgradeCreate));
    case '/collections/*':
      return preview(data, body as MembershipQuery);
    case '/packages': {
      const { name, version, files, publisher = '' } = body as PackageCreate;
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      const counts = { files: files.length, bytes, programs: 0 };
      const made = { id: idOf(name), name, version, publisher, createdAt: Date.now(), ...counts };
      const detail = { ...made, contents: files, programList: [] };
      data.packages.push(detail);
      return { status: 201, body: detail };
    }
    case '/packages/*/installer/plan':
      return ok(mockPlan());
    case '/packages/*/programs': {
      const program = {
        id: idOf('new program'),
        packageId: id,
        createdAt: Date.now(),
        ...(body as ProgramCreate),
      };
      data.packages.find((each) => each.id === id)?.programList.push(program);
      return { status: 201, body: program };
    }
    case '/deployments': {
      const made = deploymentOf(data, body as DeploymentCreate);
      if (made === undefined) return notFound;
      if (asked.query.get('dryRun') !== 'true') data.deployments.unshift(made);
      return { status: 201, body: made };
    }
    default:
      return notFound;
  }
}

function api(data: MockData, asked: Asked, signedIn: boolean): Answer {
  if (asked.path === '/site') {
    return ok({
      siteCode: 'HF1',
      version: '0.1.0',
      firstRun: !signedIn,
      managementPoint: 'https://site.example:8443',
    });
  }
  if (asked.path === '/first-run') return { status: 201, body: {} };
  if (!signedIn) {
    return refusal(401, {
      code: 'auth.required',
      message: 'This needs an administrator.',
      remedy: 'Sign in.',
    });
  }
  if (asked.method === 'DELETE') return { status: 204 };
  return asked.method === 'GET' ? read(data, asked) : write(data, asked);
}

function authentication({ path, body }: Asked, signedIn: boolean): Answer {
  const user = { name: 'Ada Lovelace', email: 'ada@example.org' };
  if (path.endsWith('/get-session')) return ok(signedIn ? { session: {}, user } : null);
  if (path.endsWith('/sign-out')) return { ...ok({ success: true }), cookie: 'session=; Max-Age=0; Path=/' };
  const { password } = JSON.parse(body.toString('utf8')) as { password: string };
  if (password.startsWith('wrong')) {
    return { status: 401, body: { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' } };
  }
  return { ...ok({ user }), cookie: 'session=yes; Path=/; HttpOnly; SameSite=Lax' };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A file of the built console; every other address is the console's own and gets its page. */
function serveFile(folder: string, path: string, response: ServerResponse): void {
  const name = extname(path) === '' ? 'index.html' : normalize(path).replace(/^[/.]+/, '');
  response.writeHead(200, {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
  });
  response.end(readFileSync(join(folder, name)));
}

/** Starts the mock over a folder with the built console, on a free port of 127.0.0.1. */
export async function startMockSite(folder: string): Promise<MockSite> {
  const data = mockData(Date.now());
  const consoles = new Set<ServerResponse>();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site');
    const signedIn = (request.headers.cookie ?? '').includes('session=yes');
    if (pathname === '/api/v1/events' && signedIn) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': here\n\n');
      consoles.add(response);
      request.on('close', () => consoles.delete(response));
      return;
    }
    if (!pathname.startsWith('/api/')) return serveFile(folder, pathname, response);
    const asked = { method: request.method ?? 'GET', query: searchParams, body: await bodyOf(request) };
    const { status, body, cookie } = pathname.startsWith('/api/auth/')
      ? authentication({ ...asked, path: pathname }, signedIn)
      : api(data, { ...asked, path: pathname.slice('/api/v1'.length) }, signedIn);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(thrown));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    data,
    hear(row) {
      data.status.unshift(row);
      const event: LiveEvent = { kind: 'status', id: row.clientId };
      for (const each of consoles) each.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    async close() {
      for (const each of consoles) each.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
