/** A real site for the suites: in this process, or in one of its own that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TokenCreated } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Clock } from '@holdfast/ports';
import { createSite, type RunningSite, startSite } from '@holdfast/site';
import { type Api, openApi } from './api.ts';

export type TestSiteOptions = {
  readonly dataFolder: string;
  readonly pollSeconds: number;
  readonly databaseUrl?: string;
  /** 0 = any free port. */
  readonly consolePort?: number;
  readonly managementPort?: number;
  readonly distFolder?: string;
  readonly isNew?: boolean;
  /** In place of the machine's; a site in a process of its own has none but that. */
  readonly clock?: Clock;
};

export type TestSite = { site: RunningSite; api: Api; apiKey: string; token: string };

/** Starts a site in this process, made new unless told otherwise, with an API key and a token for any number of clients. */
export async function startTestSite(options: TestSiteOptions): Promise<TestSite> {
  const machine = linuxMachine();
  const siteOptions = {
    siteCode: 'TST',
    dataFolder: options.dataFolder,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    hostNames: ['127.0.0.1', 'localhost'],
    console: {
      host: '127.0.0.1',
      port: options.consolePort ?? 0,
      ...(options.distFolder === undefined ? {} : { distFolder: options.distFolder }),
    },
    managementPoint: { host: '127.0.0.1', port: options.managementPort ?? 0 },
    pollSeconds: options.pollSeconds,
    disk: machine.disk,
    clock: options.clock ?? machine.clock,
    entropy: machine.entropy,
    log: () => {},
  };
  if (options.isNew ?? true) await createSite(siteOptions);
  const site = await startSite(siteOptions);
  const apiKey = await site.createApiKey('test');
  const api = openApi(site.consoleUrl, apiKey);
  const { token } = await api.post<TokenCreated>('/tokens', {
    label: 'test',
    maxUses: null,
    lifetimeSeconds: 86_400,
  });
  return { site, api, apiKey, token };
}

/** What a site process says when it is up. */
export type SiteProcessReady = {
  consoleUrl: string;
  managementPointUrl: string;
  apiKey: string;
  token: string;
};

export type SiteProcess = SiteProcessReady & { api: Api; kill(signal: NodeJS.Signals): Promise<void> };

/** Starts a site in a process of its own. */
export async function startSiteProcess(options: TestSiteOptions): Promise<SiteProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [`${import.meta.dirname}/site-main.ts`, JSON.stringify(options)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.stdout === null) throw new Error('The site process has no output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as SiteProcessReady;
    return {
      ...ready,
      api: openApi(ready.consoleUrl, ready.apiKey),
      kill: async (signal) => {
        child.kill(signal);
        await exited;
      },
    };
  }
  throw new Error('The site process ended before it was up.');
}
