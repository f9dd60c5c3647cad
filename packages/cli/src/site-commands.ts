/** What `holdfast site` does. Apart from its verbs, so that no other verb loads a whole site server to start. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { HoldfastError } from '@holdfast/contract';
import {
  backupSite,
  createSite,
  type RunningSite,
  restoreSite,
  type SiteOptions,
  startSite,
} from '@holdfast/site';
import { lockFolder, siteLock } from './client/lock.ts';
import { exampleSiteConfig, readSiteConfig, type SiteConfigFile } from './site-config.ts';
import { consoleMissing, databasePlace, siteOptions, sitePlace, withEnvironment } from './site-options.ts';
import { standardConfig } from './site-place.ts';
import { bytes, facts } from './terminal.ts';
import { thisMachine } from './this-machine.ts';
import { argument, type Session, text, texts } from './verbs/verb.ts';

const run = promisify(execFile);

/** Tells systemd that the site is up (sd_notify, as Type=notify waits for); nothing where it was not started by it. */
async function notifyReady(session: Session): Promise<void> {
  if (!session.surroundings.environment.NOTIFY_SOCKET) return;
  await run('systemd-notify', ['--ready', `--pid=${process.pid}`]).catch((thrown: unknown) => {
    session.surroundings.error(`systemd-notify failed: ${String(thrown)}\n`);
  });
}

/** site.yaml, completed from the environment. */
async function configOf(session: Session, options: Record<string, unknown>): Promise<SiteConfigFile> {
  const config = await readSiteConfig(text(options, 'config') ?? standardConfig);
  return withEnvironment(config, session.surroundings.environment);
}

function noteConsole(session: Session): void {
  const missing = consoleMissing();
  if (missing !== undefined) session.note(missing);
}

function links(site: RunningSite): Record<string, string | undefined> {
  return {
    console: site.consoleUrl,
    managementPoint: site.managementPointUrl,
    firstRun: site.firstRunUrl,
  };
}

function linksText(site: RunningSite, config: SiteConfigFile): string {
  return facts([
    ['console', site.consoleUrl],
    ['clients', site.managementPointUrl],
    ['database', databasePlace(config)],
    ['first administrator', site.firstRunUrl],
  ]);
}

/** Writes the example where there is no file yet; one that is there is never touched. */
async function writeExample(path: string, options: Record<string, unknown>): Promise<boolean> {
  const names = texts(options, 'hostName');
  const example = exampleSiteConfig(
    text(options, 'siteCode') ?? 'HF1',
    names.length > 0 ? names : [hostname()],
  );
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(example);
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw new HoldfastError('disk.denied', `The configuration file ${path} cannot be written.`, { cause });
  }
}

/** The link as it will be once the site listens on the port of its configuration. */
function configuredLink(link: string | undefined, prepared: SiteOptions): string | undefined {
  if (link === undefined || prepared.console.publicUrl !== undefined) return link;
  const url = new URL(link);
  url.port = String(prepared.console.port);
  return url.href;
}

export async function init(session: Session, options: Record<string, unknown>): Promise<void> {
  const path = text(options, 'config') ?? standardConfig;
  const written = await writeExample(path, options);
  if (written) session.note(`wrote ${path}: look through it`);
  const config = await configOf(session, options);
  const machine = thisMachine();
  let firstRun: string | undefined;
  try {
    const prepared = await siteOptions(config, machine, (line) => session.note(line));
    await createSite(prepared);
    // Started for a moment, on free ports: the secret in the link is the site's to make, and stays the same.
    const site = await startSite({
      ...prepared,
      console: { ...prepared.console, port: 0 },
      managementPoint: { ...prepared.managementPoint, host: '127.0.0.1', port: 0 },
    });
    firstRun = configuredLink(site.firstRunUrl, prepared);
    await site.close();
  } finally {
    machine.close();
  }
  session.answer(
    { siteCode: config.siteCode, dataFolder: config.dataFolder, config: path, written, firstRun },
    () =>
      facts([
        ['site', config.siteCode],
        ['data folder', config.dataFolder],
        ['database', databasePlace(config)],
        ['next', `holdfast site start --config ${path}`],
        ['first administrator', firstRun === undefined ? undefined : `${firstRun} (once it is started)`],
      ]),
  );
  noteConsole(session);
}

export async function start(session: Session, options: Record<string, unknown>): Promise<void> {
  const config = await configOf(session, options);
  if (!existsSync(config.dataFolder)) {
    throw new HoldfastError('site.missing', `There is no site in ${config.dataFolder}.`);
  }
  const machine = thisMachine();
  try {
    const log = (line: string) => session.surroundings.error(`${line}\n`);
    // Two sites on one folder would each hold revocations in memory that the other does not know of.
    const lock = await lockFolder(config.dataFolder, machine, siteLock);
    try {
      await serve(session, config, await siteOptions(config, machine, log));
    } finally {
      await lock.release();
    }
  } finally {
    machine.close();
  }
}

/** Runs the site until the program is asked to stop. */
async function serve(session: Session, config: SiteConfigFile, options: SiteOptions): Promise<void> {
  const site = await startSite(options);
  try {
    session.answer(links(site), () => linksText(site, config));
    noteConsole(session);
    await notifyReady(session);
    const { stopped } = session.surroundings;
    if (!stopped.aborted) await once(stopped, 'abort');
    session.note('stopping');
  } finally {
    await site.close();
  }
}

export async function backup(
  session: Session,
  values: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const config = await configOf(session, options);
  const file = argument(values, 0);
  const summary = await backupSite(sitePlace(config), file, Date.now());
  session.answer({ file, ...summary }, () =>
    facts([
      ['backup', `${file} (verified; it holds the site's keys: keep it private)`],
      ['site', summary.siteCode],
      ['rows', Object.values(summary.tables).reduce((sum, rows) => sum + rows, 0)],
      ['files', `${summary.files}, ${bytes(summary.bytes)} with the tables`],
    ]),
  );
}

export async function restore(
  session: Session,
  values: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const config = await configOf(session, options);
  const summary = await restoreSite(argument(values, 0), sitePlace(config), Date.now());
  if (summary.siteCode !== config.siteCode) {
    session.note(`the backup is of site ${summary.siteCode}: set siteCode in site.yaml to it`);
  }
  session.answer(summary, () =>
    facts([
      ['restored', summary.siteCode],
      ['data folder', config.dataFolder],
      ['files', summary.files],
    ]),
  );
}
