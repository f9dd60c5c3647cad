/**
 * The real client on a machine of KB829810: laid down and enrolled on Windows 2000, started by each Windows, and a site that
 * deploys to it the drivers of remote control for Windows XP, from the time of its set-up on.
 */
import type { Client, ClientEvent } from '@holdfast/client';
import {
  type Assignment,
  type GateDefinition,
  HoldfastError,
  isHoldfastError,
  mpPaths,
  sha256,
} from '@holdfast/contract';
import { type SimulatedRelease, simulatedRelease } from '../../flows/client-setup/release.ts';
import { layOut } from '../../flows/installed-client/world.ts';
import { copyOfClient } from '../../flows/lives.ts';
import { openClient } from '../../flows/open-client.ts';
import { filesBelow } from '../../machine/lay.ts';
import { type SimulatedClient, type SimulatedSite, simulatedSite } from '../../site/site.ts';
import { driveCPath, type RunningWindows, type SimulatedWindows } from '../../windows/machine.ts';
import { systems, type WindowsName } from '../../windows/system.ts';
import { worldStart } from '../../world/clock.ts';
import { randomFrom } from '../../world/random.ts';
import { assignmentOf, tellEvent } from '../field/managed-machine.ts';
import { driverPath, installDrivers, protectionError } from './client.ts';
import { type ClientPackages, drivers } from './packages.ts';
import type { Counts } from './profile.ts';

/** When set-up of Windows XP begins: the client is enrolled an hour before. Milliseconds since 1970. */
export const setUpAt = worldStart + 3_600_000;

const siteHost = 'site.example';
const pollSeconds = 3600;
/** Milliseconds in which a client that is alive has asked its site. */
const silenceMs = 2 * pollSeconds * 1000;

/** Below drive C, without it. */
const folders = {
  install: 'Program Files/Holdfast/Client',
  state: 'Documents and Settings/All Users/Application Data/Holdfast',
} as const;
const onWindows = (folder: string) => `C:\\${folder.replaceAll('/', '\\')}`;
const onDisk = (folder: string) => `${driveCPath}/${folder}`;

const installerProgram = 'msiexec.exe';
const installerLine = `${installerProgram} /I client.msi REINSTALLMODE=vmeus REINSTALL=RemoteControl`;

export type ManagedOptions = {
  readonly packages: ClientPackages;
  /** Of the program that installs the drivers. */
  readonly gates: readonly GateDefinition[];
  /** To the site, of the past; nobody before the enrolment. */
  readonly known?: readonly SimulatedClient[];
  /** Milliseconds that the installer takes before it comes to the protected files. */
  readonly installerMs?: number;
  readonly counts?: Counts;
};

export type Managed = {
  /** Has the client's files lie on the machine, and its package kept. */
  layDown(): void;
  /** Has it run on a Windows that has just started, enrolled first where it is not. */
  start(windows: RunningWindows): Promise<void>;
  /** What its site knows of it. */
  known(): readonly SimulatedClient[];
  /** What is not as it should be on this Windows, as a clause. */
  problem(system: WindowsName): string | undefined;
};

type Stage = Required<Pick<ManagedOptions, 'packages' | 'gates' | 'installerMs'>> & {
  readonly windows: SimulatedWindows;
  readonly site: SimulatedSite;
  readonly release: SimulatedRelease;
  readonly counts: Counts | undefined;
  /** Enrolments so far, and when the client has last asked for its policy (milliseconds since 1970). */
  readonly heard: { enrolments: number; askedAt: number };
  readonly problems: string[];
  running: RunningWindows | undefined;
  client: Client | undefined;
};

/** One in the whole of a life; the same keys and release for every machine. */
export function managed(windows: SimulatedWindows, options: ManagedOptions): Managed {
  const { packages, gates, known = [], installerMs = 0, counts } = options;
  const random = randomFrom('kb829810');
  const site = simulatedSite(random.stream('site'), windows.clock.now, pollSeconds);
  for (const client of known) site.clients.set(client.id, copyOfClient(client));
  const release = simulatedRelease(random.stream('release'), '1.0.0', 'tar.gz', {
    platform: 'windows',
    drivers: [
      { name: '2000', below: '5.1' },
      { name: 'xp', from: '5.1' },
    ],
  });
  const stage: Stage = {
    windows,
    site,
    release,
    packages,
    gates,
    installerMs,
    counts,
    heard: { enrolments: 0, askedAt: 0 },
    problems: [],
    running: undefined,
    client: undefined,
  };
  site.deploy(driversForXp(stage));
  windows.machine.network.servers.set(siteHost, serverOf(stage));
  windows.machine.programs.programs.set(installerProgram, () => runInstaller(stage));
  return {
    layDown: () =>
      layOut(windows.machine.volume, release, {
        install: onDisk(folders.install),
        state: onDisk(folders.state),
      }),
    start: (running) => start(stage, running),
    known: () => [...site.clients.values()].map(copyOfClient),
    problem: (system) => problemOf(stage, system),
  };
}

/** Known to the client before it comes to Windows XP, and available from then on. */
function driversForXp({ packages, gates }: Stage): Assignment {
  const program = {
    install: installerLine,
    detection: drivers.map((name) => ({
      kind: 'file' as const,
      path: driverPath(name),
      sha256: sha256(packages.driver(name, 'xp')),
    })),
    exitCodes: [],
    maxRunMinutes: 10,
    gates: [...gates],
  };
  const random = randomFrom('kb829810').stream('deployment');
  return { ...assignmentOf(random, 'Remote Control for Windows XP', program), availableAt: setUpAt };
}

/** The site, and what is heard of who asks it. */
function serverOf({ site: { server }, heard, windows }: Stage): SimulatedSite['server'] {
  return {
    ...server,
    answer(request) {
      if (request.path === mpPaths.enrol) heard.enrolments += 1;
      if (request.path === mpPaths.policy) heard.askedAt = windows.clock.now();
      return server.answer(request);
    },
  };
}

/** msiexec as a program that the client starts. */
async function runInstaller({ running, installerMs, packages, counts }: Stage): Promise<number> {
  if (!running) throw new HoldfastError('internal', 'No Windows runs.');
  await running.clock.sleep(installerMs);
  const result = await installDrivers(running.host, packages);
  const win32 = protectionError(result);
  if (win32 !== undefined) counts?.error(win32);
  return result.exitCode;
}

async function start(stage: Stage, running: RunningWindows): Promise<void> {
  const { windows, site, release, problems } = stage;
  const { install } = folders;
  stage.running = running;
  const client = await openClient(
    { ...running.ports, boot: as64Bit(running), disk: windows.machine.driveC('client', driveCPath) },
    {
      folder: onWindows(folders.state),
      root: 'C:\\',
      site: `https://${siteHost}`,
      version: release.version,
      log: (event) => hear(stage, event),
      installation: {
        place: { installFolder: onWindows(install), versionFolder: `${onWindows(install)}\\seed` },
        releaseKey: release.releaseKey,
        testDriver: async (folder) => {
          const passed = folder.endsWith(`-${windows.system().name}`);
          return { passed, text: passed ? 'one picture was taken' : 'Windows does not load it' };
        },
      },
    },
  );
  stage.client = client;
  const live = async () => {
    if (client.status().clientId === null) await client.enrol(site.token);
    await client.run(new AbortController().signal);
  };
  live().catch((thrown: unknown) => {
    const text = isHoldfastError(thrown) ? thrown.message : String(thrown);
    problems.push(`the client ended: ${text}`);
  });
}

/** The Windows of the article has 32 bits, and no client is made for those: this one is told of 64. */
function as64Bit({ ports: { boot } }: RunningWindows): RunningWindows['ports']['boot'] {
  return {
    ...boot,
    operatingSystem: async () => ({ ...(await boot.operatingSystem()), architecture: 'x64' }),
  };
}

function hear({ windows: { timeline }, counts }: Stage, event: ClientEvent): void {
  // The client's word of a gate is drawn as closed until its next word: its own driver waits at the same one.
  if (event.event !== 'component-waits') tellEvent(timeline, event);
  const [, win32] = (event.event === 'waiting-at-gate' && /: Win32 (\d+)/.exec(event.text)) || [];
  if (win32 !== undefined) counts?.gateClosed(Number(win32));
}

/** Looks at the machine, the site, and what the client itself says. */
function problemOf(stage: Stage, system: WindowsName): string | undefined {
  const { windows, site, client, heard, problems } = stage;
  const status = client?.status();
  const [one, ...others] = site.clients.values();
  const { epoch } = windows.machine.boot.system();
  const [deployment] = status?.deployments ?? [];
  const unwell = status?.health?.findings.find(({ state }) => state === 'failed');
  const enrolments = system === '2000' ? 1 : 0;
  const list: readonly (string | undefined | false)[] = [
    ...problems,
    ...site.violations,
    ...driverProblems(stage, system),
    (!one || others.length > 0 || heard.enrolments > enrolments) &&
      'the site has this machine another number of times than once',
    one?.id !== status?.clientId && 'the client is another one than before',
    one?.facts.osEpoch !== epoch && 'the site does not know which Windows this is',
    windows.clock.now() - heard.askedAt > silenceMs && 'the client has not asked its site for hours',
    system === 'xp' && deployment?.state !== 'succeeded' && `the deployment has come to: ${deployment?.text}`,
    status?.outbox !== 0 && 'messages have not arrived',
    !status?.health && 'the client has never looked at itself',
    unwell && `the client is not well: ${unwell.check}: ${unwell.reason}`,
  ];
  return list.find((text): text is string => typeof text === 'string');
}

/** Of the client's own screen driver: the variant for this Windows lies there whole, and no other. */
function driverProblems({ windows, release }: Stage, system: WindowsName): readonly string[] {
  const found = filesBelow(windows.machine.volume, `${onDisk(folders.state)}/components/screen`);
  const wanted = release.files.get(`seed/screen/${system}/screen.mjs`);
  const own = found.get(`${release.version}-${system}/screen.mjs`);
  if (!wanted || !own?.equals(wanted)) return [`the screen driver for ${systems[system].title} is not there`];
  return found.size > 1 ? ['a screen driver for another Windows is left'] : [];
}
