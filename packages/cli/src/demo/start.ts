/** The site of the demonstration, and a client of this machine with the sample deployed to it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClientDetail, type DeploymentSummary, HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import { createSite, type RunningSite, type SiteOptions, startSite } from '@holdfast/site';
import { type Api, openApi } from '../api.ts';
import { databasePlace, siteDefaults, siteOptions, withEnvironment } from '../site-options.ts';
import {
  type ClientProcess,
  endOrphan,
  enrol,
  enrolledAs,
  prepareSandbox,
  type Sandbox,
  startClient,
} from './client-process.ts';
import {
  createToken,
  demoCollection,
  demoDeployment,
  demoName,
  demoProgram,
  removeOldKeys,
} from './objects.ts';
import type { Say } from './stages.ts';

const siteCode = 'HF1';
const loopback = '127.0.0.1';

export type DemoOptions = {
  /** Absolute path. */
  readonly dataFolder: string;
  /** Whether free ports are taken in place of the usual ones. */
  readonly freePorts: boolean;
  /** Seconds between check-ins. */
  readonly pollSeconds: number;
  readonly say: Say;
};

/** Starts the site, which is made at the first start. With DATABASE_URL its tables are in that database. */
export async function startDemoSite(options: DemoOptions, machine: Machine): Promise<RunningSite> {
  const dataFolder = join(options.dataFolder, 'site');
  const config = withEnvironment(
    {
      siteCode,
      dataFolder,
      hostNames: [loopback, 'localhost'],
      console: { host: loopback, port: options.freePorts ? 0 : siteDefaults.consolePort },
      managementPoint: { host: loopback, port: options.freePorts ? 0 : siteDefaults.managementPointPort },
      pollSeconds: options.pollSeconds,
    },
    process.env,
  );
  const log = (line: string) => process.stderr.write(`site: ${line}\n`);
  const prepared: SiteOptions = await siteOptions(config, machine, log);
  try {
    await createSite(prepared);
    options.say(`site ${siteCode} made in ${dataFolder} (${databasePlace(config)})`);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'site.exists')) throw thrown;
    if (!existsSync(join(dataFolder, 'keys'))) {
      throw new HoldfastError('site.exists', `${thrown.message} Its keys are not in ${dataFolder}.`, {
        cause: thrown,
      });
    }
  }
  return startSite(prepared);
}

/** Whether the site knows this client and lets it in. */
async function welcome(api: Api, clientId: string): Promise<boolean> {
  try {
    return (await api.get(ClientDetail, `/clients/${clientId}`)).revokedAt === null;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'not-found')) return false;
    throw thrown;
  }
}

async function enrolledClient(api: Api, site: RunningSite, sandbox: Sandbox, say: Say): Promise<string> {
  const before = await enrolledAs(sandbox);
  if (before !== undefined && (await welcome(api, before))) {
    say(`client ${before} is enrolled already`);
    return before;
  }
  const clientId = await enrol(sandbox, site.managementPointUrl, await createToken(api));
  say(`client ${clientId} enrolled with a one-use token, in ${sandbox.root}`);
  return clientId;
}

export type Deployed = {
  readonly api: Api;
  readonly clientId: string;
  readonly deployment: DeploymentSummary;
  readonly sandbox: Sandbox;
  readonly client: ClientProcess;
};

/** Deploys the sample to a client of this machine, and starts that client. */
export async function deploySample(
  options: DemoOptions,
  site: RunningSite,
  stopped: AbortSignal,
): Promise<Deployed> {
  const { say } = options;
  const api = openApi(site.consoleUrl, await site.createApiKey(demoName), stopped);
  await removeOldKeys(api);
  const { program, detail, known } = await demoProgram(api, join(options.dataFolder, 'demo-sample'));
  const title = `${detail.name} ${detail.version}`;
  say(known ? `package ${title} is at the site already` : `package ${title} uploaded: ${program.install}`);
  const sandbox = await prepareSandbox(join(options.dataFolder, 'demo-client'));
  if (await endOrphan(sandbox)) say('ended the client that an earlier demonstration has left');
  const clientId = await enrolledClient(api, site, sandbox, say);
  const collection = await demoCollection(api);
  await api.change('PUT', `/collections/${collection.id}/members/${clientId}`);
  const deployment = await demoDeployment(api, program.id, collection.id);
  say(`${title} deployed to the collection ${collection.name}`);
  const client = await startClient(sandbox);
  say(`client process ${client.pid} started`);
  return { api, clientId, deployment, sandbox, client };
}
