/** The program `holdfast-client`: its verbs, their options, and what becomes of their errors. */
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { type Client, type ClientEvent, type ClientStatus, openClient } from '@holdfast/client';
import { HoldfastError, holdfastVersion, isHoldfastError } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import { Command } from 'commander';
import { runProgram } from '../run-program.ts';
import { facts, jsonText, plain, type Surroundings, table, when } from '../terminal.ts';
import { thisMachine } from '../this-machine.ts';
import { argument, localVerb, runLocal, type Session, text } from '../verbs/verb.ts';
import { holder, lockFolder } from './lock.ts';
import { collectGarbage, restingClock } from './rest.ts';
import {
  leaveRequest,
  makeFolder,
  publishedStatus,
  publishStatus,
  readSettings,
  requestsFolder,
  type Settings,
  standardFolder,
  storeSettings,
  takeRequests,
} from './settings.ts';

function machineFor(surroundings: Surroundings, settings: Settings): Machine {
  const { environment } = surroundings;
  const proxy = environment.HTTPS_PROXY || environment.https_proxy;
  const noProxy = environment.NO_PROXY || environment.no_proxy;
  return thisMachine({
    root: settings.root,
    network: { ...(proxy ? { proxy } : {}), ...(noProxy ? { noProxy } : {}) },
  });
}

function eventLine(event: ClientEvent, json: boolean): string {
  if (json) return `${jsonText(event)}\n`;
  return `${new Date(event.at).toISOString()} ${event.severity.padEnd(7)} ${plain(event.text)}\n`;
}

type Work = { readonly client: Client; readonly folder: string; readonly settings: Settings };

/** Opens the client in its folder for this process alone, and closes it whatever happens. */
async function withClient(
  session: Session,
  folder: string,
  settings: Settings,
  log: (event: ClientEvent) => void,
  work: (opened: Work) => Promise<void>,
): Promise<void> {
  const machine = machineFor(session.surroundings, settings);
  try {
    const lock = await lockFolder(folder, machine);
    try {
      const ports = { ...machine, clock: restingClock(machine.clock, collectGarbage) };
      const client = await openClient(ports, {
        folder,
        root: settings.root,
        site: settings.site,
        version: holdfastVersion,
        log,
      });
      try {
        await work({ client, folder, settings });
      } finally {
        await client.close();
      }
    } finally {
      await lock.release();
    }
  } finally {
    machine.close();
  }
}

function statusText(status: ClientStatus, columns: number | undefined): string {
  const about = facts([
    ['client', status.clientId ?? 'not enrolled'],
    ['site', status.siteCode ?? '-'],
    ['version', status.version],
    [
      'certificate',
      status.certificateExpiresAt === null ? '-' : `until ${when(status.certificateExpiresAt)}`,
    ],
    ['policy', status.policySerial ?? '-'],
    ['unsent messages', status.outbox],
  ]);
  if (status.deployments.length === 0) return `${about}\n\nNothing is deployed to this machine.`;
  const deployments = table(
    status.deployments,
    [
      { title: 'DEPLOYMENT', value: (row) => row.deploymentId, whole: true },
      { title: 'PACKAGE', value: (row) => row.package },
      { title: 'STATE', value: (row) => row.state, whole: true },
      { title: 'LAST MESSAGE', value: (row) => row.text },
    ],
    columns,
  );
  return `${about}\n\n${deployments}`;
}

/** Hands on what `install` asks for while this client runs; ends with the signal. */
function serveRequests(opened: Work, signal: AbortSignal, log: (text: string) => void): void {
  const look = async () => {
    for (const id of await takeRequests(opened.folder)) {
      await opened.client
        .requestInstall(id)
        .catch((thrown: unknown) => log(`install ${id}: ${String(thrown)}`));
    }
  };
  const failed = (thrown: unknown) => log(`requests: ${String(thrown)}`);
  requestsFolder(opened.folder)
    .then((path) => {
      watch(path, { signal, persistent: false }, () => void look().catch(failed)).on('error', failed);
      return look();
    })
    .catch(failed);
}

async function runVerb(session: Session, folder: string, once: boolean): Promise<void> {
  const { surroundings } = session;
  let opened: Work | undefined;
  let writing = Promise.resolve();
  const publish = () => {
    writing = writing
      .then(() => (opened ? publishStatus(opened.folder, opened.client.status()) : undefined))
      .catch((thrown: unknown) => surroundings.error(`status: ${String(thrown)}\n`));
  };
  const log = (event: ClientEvent) => {
    surroundings.out(eventLine(event, session.json));
    publish();
  };
  await withClient(session, folder, await readSettings(folder), log, async (work) => {
    if (work.client.status().clientId === null) {
      throw new HoldfastError('client.not-enrolled', `The client in ${folder} is not enrolled.`);
    }
    opened = work;
    publish();
    let problem: HoldfastError | undefined;
    if (once) {
      [problem] = (await work.client.cycle(surroundings.stopped)).problems;
    } else {
      serveRequests(work, surroundings.stopped, (line) => surroundings.error(`${plain(line)}\n`));
      await work.client.run(surroundings.stopped);
    }
    publish();
    await writing;
    opened = undefined;
    if (problem) throw problem;
  });
}

async function statusVerb(session: Session, folder: string): Promise<void> {
  const settings = await readSettings(folder);
  const answer = (status: ClientStatus) =>
    session.answer({ ...status, site: settings.site }, () =>
      statusText(status, session.surroundings.columns),
    );
  try {
    await withClient(
      session,
      folder,
      settings,
      () => undefined,
      async ({ client }) => answer(client.status()),
    );
  } catch (thrown) {
    const published = isHoldfastError(thrown, 'client.running') ? await publishedStatus(folder) : undefined;
    if (!published) throw thrown;
    answer(published);
  }
}

async function installVerb(session: Session, folder: string, deploymentId: string): Promise<void> {
  const settings = await readSettings(folder);
  const machine = machineFor(session.surroundings, settings);
  const running = await holder(folder, machine).finally(() => machine.close());
  if (running) {
    await leaveRequest(folder, deploymentId);
  } else {
    await withClient(
      session,
      folder,
      settings,
      (event) => session.note(eventLine(event, false).trimEnd()),
      async ({ client }) => {
        await client.requestInstall(deploymentId);
        await client.cycle(session.surroundings.stopped);
      },
    );
  }
  session.answer({ deploymentId, requested: true }, () => `requested  ${deploymentId}`);
}

/** The program with all its verbs. */
export function clientProgram(surroundings: Surroundings): Command {
  const program = new Command('holdfast-client');
  const standard = standardFolder(surroundings.environment);
  const verb = (usage: string, summary: string, examples: readonly string[]) =>
    localVerb(program, usage, summary, examples, 'holdfast-client').option(
      '--folder <folder>',
      'state folder of the client',
      standard,
    );
  const folderOf = (options: Record<string, unknown>) => resolve(text(options, 'folder') ?? standard);

  const enrol = verb('enrol', 'make this machine a client of a site', [
    'enrol --site https://holdfast.example:8443 --token HF1.…',
    'enrol --site https://127.0.0.1:8443 --token HF1.… --folder ./client --root ./client/root',
  ])
    .alias('enroll')
    .requiredOption('--site <url>', 'address of the management point: https://…')
    .requiredOption('--token <token>', 'enrolment token')
    .option('--root <folder>', 'managed root: software is installed below it', '/');
  runLocal(enrol, surroundings, async (session, _values, options) => {
    const folder = folderOf(options);
    const settings = { site: text(options, 'site') ?? '', root: resolve(text(options, 'root') ?? '/') };
    await makeFolder(folder);
    const log = (event: ClientEvent) => session.note(eventLine(event, false).trimEnd());
    await withClient(session, folder, settings, log, async ({ client }) => {
      const { clientId } = await client.enrol(text(options, 'token') ?? '');
      await storeSettings(folder, settings);
      session.answer({ clientId, folder, ...settings }, () =>
        facts([
          ['enrolled', clientId],
          ['folder', folder],
          ['next', `holdfast-client run --folder ${folder}`],
        ]),
      );
    });
  });

  const run = verb('run', 'work until SIGTERM or Ctrl-C, one line an event (JSON lines with --json)', [
    'run',
    'run --once --json',
  ]).option('--once', 'one check-in with the work that is due, then end');
  runLocal(run, surroundings, (session, _values, options) =>
    runVerb(session, folderOf(options), options.once === true),
  );

  const status = verb('status', 'what this client knows and does', ['status', 'status --json']);
  runLocal(status, surroundings, (session, _values, options) => statusVerb(session, folderOf(options)));

  const install = verb('install <deployment>', 'install what is offered, or try again what is held', [
    'install 0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11',
  ]);
  runLocal(install, surroundings, (session, values, options) =>
    installVerb(session, folderOf(options), argument(values, 0)),
  );
  return program;
}

/** Runs one command line; answers the exit code. */
export function runClientProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(clientProgram(surroundings), words, surroundings);
}
