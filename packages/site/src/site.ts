/** A site as a whole: made once, started, and ended with nothing left open. */
import { basename, dirname, join } from 'node:path';
import { HoldfastError, isHoldfastError, SiteCode } from '@holdfast/contract';
import type { Clock, Disk, Entropy, Folder } from '@holdfast/ports';
import type { FastifyInstance } from 'fastify';
import { Compile } from 'typebox/compile';
import { loadRegistry } from './clients/registry.ts';
import { openContent } from './content/disk-store.ts';
import type { SiteContext } from './context.ts';
import { createConsoleServer } from './http/console-server.ts';
import { freePort, listen, publicHost, urlOf } from './http/listen.ts';
import { createManagementPoint } from './http/management-point.ts';
import { openInstallerReader } from './installer/thread.adapter.ts';
import { createLiveFeed } from './live/model.ts';
import { createPolicy } from './policy/model.ts';
import { createStatusIngest } from './status/ingest.ts';
import { type OpenedStore, openStore } from './store/database.ts';
import { systemKeyMaker } from './trust/keys.adapter.ts';
import { createTrust, openTrust, type TrustPorts } from './trust/trust.ts';
import { driveUpgrades } from './upgrades/drive.ts';
import { openWireGate } from './wires/gate.ts';

export type SiteOptions = {
  /** Three characters; needed when the site is made. */
  readonly siteCode?: string;
  /** Absolute path. */
  readonly dataFolder: string;
  /** `postgres://...`; SQLite in the data folder where absent. */
  readonly databaseUrl?: string;
  /** Names and addresses in the certificate of the management point. */
  readonly hostNames: readonly string[];
  readonly console: {
    readonly host: string;
    /** 0 takes a free one. */
    readonly port: number;
    /** PEM; `own` is a certificate of the site's own authority; plain http where absent. */
    readonly tls?: { readonly certificate: string; readonly privateKey: string } | 'own';
    readonly publicUrl?: string;
    /** Addresses or networks of proxies whose X-Forwarded headers count, or true for whoever connects. */
    readonly trustProxy?: boolean | readonly string[];
    /** Folder of the built console. */
    readonly distFolder?: string;
  };
  readonly managementPoint: { readonly host: string; readonly port: number; readonly publicUrl?: string };
  /** Seconds between check-ins of a client. */
  readonly pollSeconds: number;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: (line: string) => void;
};

export type RunningSite = {
  readonly context: SiteContext;
  readonly consoleUrl: string;
  readonly managementPointUrl: string;
  /** The link that makes the first administrator; undefined once there is one. */
  readonly firstRunUrl: string | undefined;
  createApiKey(name: string): Promise<string>;
  close(): Promise<void>;
};

/** Milliseconds between two writes of when clients were last seen. */
const seenInterval = 5_000;
/** Milliseconds between two looks at how long the server's certificate still lives. */
const certificateInterval = 12 * 3_600_000;
/** Milliseconds between two looks at what time has changed of the upgrades of clients. */
const upgradeInterval = 10_000;

const siteCodeCheck = Compile(SiteCode);

/** Free ports that are tried for a console that must know its own address before it listens. */
const freePortAttempts = 5;

/** Name of SQLite's file in the data folder. */
export const databaseFile = 'site.db';

const trustPorts = ({ disk, clock, entropy }: SiteOptions): TrustPorts => ({
  disk,
  clock,
  entropy,
  keys: systemKeyMaker,
});

function open(options: SiteOptions): Promise<OpenedStore> {
  return openStore({
    databaseUrl: options.databaseUrl,
    file: join(options.dataFolder, databaseFile),
    now: options.clock.now(),
  });
}

async function openOrMake(disk: Disk, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found') || dirname(path) === path) throw thrown;
    await using parent = await openOrMake(disk, dirname(path));
    const made = await parent.folder(basename(path), { create: true });
    await parent.sync();
    return made;
  }
}

/**
 * Makes a site: its folder, keys and database. One that was cut off while it was made is finished.
 * @throws HoldfastError `site.exists`, `site.config-invalid`, `database.*`, `disk.*`
 */
export async function createSite(options: SiteOptions): Promise<void> {
  const { siteCode } = options;
  if (!siteCodeCheck.Check(siteCode)) {
    throw new HoldfastError('site.config-invalid', 'A site code is three characters of A-Z and 0-9.');
  }
  await (await openOrMake(options.disk, options.dataFolder)).close();
  const opened = await open(options);
  try {
    if (await findSite(opened)) throw new HoldfastError('site.exists', 'The database holds a site already.');
    await createTrust(trustPorts(options), { dataFolder: options.dataFolder, siteCode });
    await opened.store
      .insertInto('site')
      .values({ id: 1, siteCode, createdAt: options.clock.now() })
      .execute();
  } finally {
    await opened.close();
  }
}

function findSite({ store }: OpenedStore) {
  return store.selectFrom('site').select(['siteCode', 'createdAt']).executeTakeFirst();
}

/** Ends what was begun, the latest first; the first failure is thrown when all have ended. */
function endings() {
  const steps: (() => Promise<void>)[] = [];
  return {
    add: (step: () => Promise<void>) => steps.push(step),
    async run(): Promise<void> {
      const failures: unknown[] = [];
      for (const step of steps.splice(0).reverse()) {
        await step().catch((thrown: unknown) => failures.push(thrown));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

type Endings = ReturnType<typeof endings>;

/** Does something again and again until the site stops; a failure is logged and the next time is taken. */
function repeat(
  options: Pick<SiteOptions, 'clock' | 'log'>,
  ended: Endings,
  task: { name: string; interval: number; run: () => Promise<void> },
): void {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        await options.clock.sleep(task.interval, stop.signal);
        await task.run();
      } catch (thrown) {
        if (!stop.signal.aborted) options.log(`${task.name}: ${String(thrown)}`);
      }
    }
  };
  const running = loop();
  ended.add(async () => {
    stop.abort();
    await running;
  });
}

/** Opens store, keys and content, and joins them to what the domains share. */
async function openContext(options: SiteOptions, ended: Endings) {
  const { clock, dataFolder, entropy } = options;
  const trust = await openTrust(trustPorts(options), { dataFolder });
  const opened = await open(options);
  ended.add(() => opened.close());
  const { store, reader } = opened;
  const site = await findSite(opened);
  if (!site) throw new HoldfastError('site.missing', 'The database does not hold a site.');
  const content = await openContent(options, { dataFolder, store });
  ended.add(() => content.close());
  const installers = openInstallerReader(clock, content);
  ended.add(() => installers.close());
  const stopped = new AbortController();
  ended.add(async () => stopped.abort());
  const { siteCode, createdAt } = site;
  const clients = await loadRegistry(store, clock);
  ended.add(() => clients.flush());
  repeat(options, ended, { name: 'last seen', interval: seenInterval, run: () => clients.flush() });
  const live = createLiveFeed(clock, stopped.signal);
  const policy = createPolicy({ siteCode, pollSeconds: options.pollSeconds, clock, store, trust, clients });
  const wires = await openWireGate(store);
  const domains = { trust, clients, content, installers, policy, live, wires };
  return { shared: { siteCode, clock, entropy, store, reader, ...domains }, createdAt };
}

async function prepareManagementPoint(
  options: SiteOptions,
  ended: Endings,
  site: { context: SiteContext; createdAt: number },
): Promise<FastifyInstance> {
  const { context, createdAt } = site;
  const { host, publicUrl } = options.managementPoint;
  const ingest = createStatusIngest(context);
  ended.add(() => ingest.idle());
  const published = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  repeat(options, ended, {
    name: 'client upgrades',
    interval: upgradeInterval,
    run: () => driveUpgrades(context),
  });
  const names = [...new Set([...options.hostNames, publicHost(host, options.hostNames), ...published])];
  let server = await context.trust.server(names);
  const managementPoint = createManagementPoint({ context, ingest, server, createdAt, log: options.log });
  ended.add(() => managementPoint.app.close());
  repeat(options, ended, {
    name: 'server certificate',
    interval: certificateInterval,
    async run() {
      const current = await context.trust.server(names);
      if (current.certificate !== server.certificate) managementPoint.renew(current);
      server = current;
    },
  });
  return managementPoint.app;
}

async function startConsole(options: SiteOptions, ended: Endings, context: SiteContext) {
  const tls =
    options.console.tls === 'own' ? await context.trust.server(options.hostNames) : options.console.tls;
  for (let attempt = 1; ; attempt += 1) {
    const { host, port } = options.console;
    try {
      return await startConsoleAt(options, ended, { context, tls, port: port || (await freePort(host)) });
    } catch (thrown) {
      // A free port was somebody else's before it could be taken.
      if (port !== 0 || attempt === freePortAttempts || !isHoldfastError(thrown, 'port.in-use')) throw thrown;
    }
  }
}

async function startConsoleAt(
  options: SiteOptions,
  ended: Endings,
  at: { context: SiteContext; tls: Exclude<SiteOptions['console']['tls'], 'own'>; port: number },
) {
  const { context, tls, port } = at;
  const { host, trustProxy, distFolder } = options.console;
  const url =
    options.console.publicUrl ?? urlOf(tls ? 'https' : 'http', publicHost(host, options.hostNames), port);
  const console = await createConsoleServer(context, {
    publicUrl: url,
    log: options.log,
    ...(tls === undefined ? {} : { tls }),
    ...(trustProxy === undefined ? {} : { trustProxy }),
    ...(distFolder === undefined ? {} : { distFolder }),
  });
  ended.add(() => console.server.close());
  await listen(console.server, host, port);
  return { url, console };
}

/**
 * Starts a site that was made before. Ports of 0 take free ones.
 * @throws HoldfastError `site.missing`, `port.in-use`, `site.config-invalid`, `database.*`, `disk.*`
 */
export async function startSite(options: SiteOptions): Promise<RunningSite> {
  const ended = endings();
  try {
    const { shared, createdAt } = await openContext(options, ended);
    let managementPointUrl = '';
    const context: SiteContext = {
      ...shared,
      get managementPoint() {
        return managementPointUrl;
      },
    };
    const app = await prepareManagementPoint(options, ended, { context, createdAt });
    // The console makes sure of the built-in collection: before the first client may come.
    const { url: consoleUrl, console } = await startConsole(options, ended, context);
    const { host, port, publicUrl } = options.managementPoint;
    const taken = await listen(app, host, port);
    managementPointUrl = publicUrl ?? urlOf('https', publicHost(host, options.hostNames), taken);
    const secret = await console.firstRunSecret();
    return {
      context,
      consoleUrl,
      managementPointUrl,
      firstRunUrl: secret === undefined ? undefined : `${consoleUrl}/first-run#${secret}`,
      createApiKey: (name) => console.createApiKey(name),
      close: () => ended.run(),
    };
  } catch (thrown) {
    await ended.run().catch((failure: unknown) => options.log(`while stopping: ${String(failure)}`));
    throw thrown;
  }
}
