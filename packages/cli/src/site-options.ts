/** From site.yaml to a site: this machine's adapters, the certificate of the console, the built console. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import { databaseFile, type SiteOptions } from '@holdfast/site';
import type { SiteConfigFile } from './site-config.ts';

/** What site.yaml and the demonstration take where nothing else is said. */
export const siteDefaults = {
  consoleHost: '127.0.0.1',
  consolePort: 8080,
  managementPointHost: '0.0.0.0',
  managementPointPort: 8443,
  /** Seconds: an hour, as is usual in the field. */
  pollSeconds: 3600,
} as const;

/** Folder of the built console; undefined where it was not built: the site then serves its API only. */
export function consoleFolder(): string | undefined {
  const folder = fileURLToPath(new URL('../../console/dist', import.meta.url));
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

/** What to do where the console is not built; undefined where it is. */
export function consoleMissing(): string | undefined {
  return consoleFolder() === undefined
    ? 'the console is not built, only the API is served: `npm run build:console` builds it for the next start'
    : undefined;
}

/**
 * The configuration with the database of DATABASE_URL, where it names none itself: a file that says what it wants
 * is not overruled by a variable that may be meant for another program.
 * @throws HoldfastError `site.config-invalid`
 */
export function withEnvironment(
  config: SiteConfigFile,
  environment: Readonly<Record<string, string | undefined>>,
): SiteConfigFile {
  const url = environment.DATABASE_URL;
  if (config.database !== undefined || !url) return config;
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new HoldfastError(
      'site.config-invalid',
      'The environment variable DATABASE_URL does not begin with postgres://.',
    );
  }
  return { ...config, database: url };
}

/** Where the tables are, without what is secret in it. */
export function databasePlace(config: SiteConfigFile): string {
  if (config.database === undefined) return `SQLite, ${join(config.dataFolder, databaseFile)}`;
  const url = URL.canParse(config.database) ? new URL(config.database) : undefined;
  return `PostgreSQL, ${url?.host || 'local'}${url?.pathname ?? ''}`;
}

async function pemFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HoldfastError('site.config-invalid', `The file ${path} cannot be read.`, { cause });
  });
}

type Tls = NonNullable<SiteOptions['console']['tls']>;

async function consoleTls(config: SiteConfigFile): Promise<Tls | undefined> {
  const tls = config.console?.tls;
  if (tls === undefined || tls === 'own') return tls;
  return { certificate: await pemFile(tls.certificate), privateKey: await pemFile(tls.privateKey) };
}

/** @throws HoldfastError `site.config-invalid` where a named file cannot be read */
export async function siteOptions(
  config: SiteConfigFile,
  machine: Machine,
  log: (line: string) => void,
): Promise<SiteOptions> {
  const tls = await consoleTls(config);
  const distFolder = consoleFolder();
  const consoleUrl = config.console?.publicUrl;
  const managementUrl = config.managementPoint?.publicUrl;
  return {
    siteCode: config.siteCode,
    dataFolder: config.dataFolder,
    ...(config.database === undefined ? {} : { databaseUrl: config.database }),
    hostNames: config.hostNames,
    console: {
      host: config.console?.host ?? siteDefaults.consoleHost,
      port: config.console?.port ?? siteDefaults.consolePort,
      ...(tls === undefined ? {} : { tls }),
      ...(consoleUrl === undefined ? {} : { publicUrl: consoleUrl }),
      trustProxy: config.console?.trustProxy ?? false,
      ...(distFolder === undefined ? {} : { distFolder }),
    },
    managementPoint: {
      host: config.managementPoint?.host ?? siteDefaults.managementPointHost,
      port: config.managementPoint?.port ?? siteDefaults.managementPointPort,
      ...(managementUrl === undefined ? {} : { publicUrl: managementUrl }),
    },
    pollSeconds: config.pollSeconds ?? siteDefaults.pollSeconds,
    disk: machine.disk,
    clock: machine.clock,
    entropy: machine.entropy,
    log,
  };
}

/** Where backup and restore find a site. */
export function sitePlace(config: SiteConfigFile): {
  databaseUrl?: string;
  file: string;
  dataFolder: string;
} {
  return {
    dataFolder: config.dataFolder,
    file: join(config.dataFolder, databaseFile),
    ...(config.database === undefined ? {} : { databaseUrl: config.database }),
  };
}
