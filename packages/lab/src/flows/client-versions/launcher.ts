/** The service of a simulated machine as the launcher starts it: a version is chosen, counted, watched, and started again. */
import type { Client } from '@holdfast/client';
import {
  endedInOrder,
  type GuardEnd,
  goBack,
  guardTrial,
  nextStart,
  type Trial,
  type Watched,
  witness,
} from '@holdfast/client/versions';
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import {
  type ClientService,
  type ClientServiceOptions,
  managedRoot,
  siteHost,
  stateFolder,
} from '../client-service.ts';
import { setupPlaces } from '../client-setup/world.ts';
import { openClient } from '../open-client.ts';
import { type Behaviour, sightOf } from './behaviours.ts';
import { misbehave } from './misbehave.ts';

/** Milliseconds after which the service manager starts a process that ended, and one that it was asked to start anew. */
const restartMs = 5_000;
const askedMs = 500;

/** What a launcher and its guard do; those of the product unless given. */
export type LauncherCode = {
  readonly nextStart: typeof nextStart;
  readonly guardTrial: typeof guardTrial;
};

export type LauncherOptions = ClientServiceOptions & {
  /** PEM. */
  readonly releaseKey: string;
  /** What lies in the install folder, by its number. */
  readonly seedVersion: string;
  readonly behaviourOf: (version: string) => Behaviour;
  /** What is wrong with the files of a version, as a clause. */
  readonly damageOf: (version: string) => string | undefined;
  /** Called when the machine, or its service, comes back, before anything is chosen. */
  readonly comesBack?: () => void;
  /** Called with what is started. @param version its number */
  readonly started?: (version: string, trial: Trial | null) => void;
  readonly code?: Partial<LauncherCode>;
};

type Launcher = LauncherOptions & {
  /** Number of the process that lives; every end makes it another. */
  process: number;
  client: Client | undefined;
  /** Ends the process that lives in good order. */
  stop: AbortController;
};

export function launchedService(options: LauncherOptions): ClientService {
  const launcher: Launcher = { ...options, process: 0, client: undefined, stop: new AbortController() };
  return {
    client: () => launcher.client,
    start: () => startProcess(launcher),
    forget() {
      launcher.process += 1;
      launcher.client = undefined;
    },
  };
}

function startProcess(launcher: Launcher): void {
  launcher.process += 1;
  const own = launcher.process;
  launcher.stop = new AbortController();
  const asked = launcher.stop.signal;
  serve(launcher).then(
    () => ended(launcher, own, asked.aborted ? askedMs : restartMs),
    (thrown: unknown) => {
      if (!isHoldfastError(thrown)) launcher.problem(`the service ended: ${String(thrown)}`);
      ended(launcher, own, restartMs);
    },
  );
}

/** All of a process ends with it. */
function ended(launcher: Launcher, own: number, againMs: number): void {
  if (launcher.process !== own) return;
  const { machine } = launcher;
  launcher.process += 1;
  launcher.client = undefined;
  machine.kill();
  const next = launcher.process;
  machine.clock.schedule(againMs, () => {
    if (launcher.process === next) startProcess(launcher);
  });
}

async function serve(launcher: Launcher): Promise<void> {
  const { machine, seedVersion, damageOf, code, started } = launcher;
  const ports = machine.ports('launcher');
  launcher.comesBack?.();
  const withState = <Result>(use: (state: Folder) => Promise<Result>) =>
    withOpen(ports.disk.open(stateFolder), use);
  const choose = code?.nextStart ?? nextStart;
  const options = { now: () => ports.clock.now(), damage: async (name: string) => damageOf(name) };
  const { version: name, trial } = await withState((state) => choose(state, options));
  const damage = name === 'seed' ? undefined : damageOf(name);
  if (damage !== undefined) launcher.problem(`version ${name} is to be started, and ${damage}`);
  const version = name === 'seed' || damage !== undefined ? seedVersion : name;
  started?.(version, trial);
  const behaviour = launcher.behaviourOf(version);
  if (trial === null) return await become(launcher, version, behaviour);
  launcher.tried?.();
  if (behaviour.loads === false) {
    const end = { cause: 'cannot-load', reason: 'it was built wrongly', at: ports.clock.now() } as const;
    return await withState((state) => goBack(state, trial, end));
  }
  const over = new AbortController();
  watchOver(launcher, behaviour, over.signal);
  await become(launcher, version, behaviour);
  over.abort();
  await withState((state) => endedInOrder(state, trial));
}

/** The guard beside a version on trial, as one more thread of its process. */
function watchOver(launcher: Launcher, behaviour: Behaviour, signal: AbortSignal): void {
  const { machine } = launcher;
  const ports = machine.ports('guard');
  const own = launcher.process;
  const awakeMs = () => machine.clock.elapsed() - machine.power.sleptMs();
  const bornAt = awakeMs();
  const watched: Watched = {
    sight: () => sightOf(behaviour, awakeMs() - bornAt),
    site: () => witness(ports, stateFolder),
    end: async () => ended(launcher, own, restartMs),
  };
  const guard = launcher.code?.guardTrial ?? guardTrial;
  guard(ports, watched, { stateFolder, signal, log: () => undefined }).then(
    (_end: GuardEnd) => undefined,
    (thrown: unknown) => {
      if (!isHoldfastError(thrown)) launcher.problem(`the guard ended: ${String(thrown)}`);
    },
  );
}

/** The version in this process, until it ends in good order; where it dies, or hangs, this never resolves. */
async function become(launcher: Launcher, version: string, behaviour: Behaviour): Promise<void> {
  const { machine, stop } = launcher;
  const own = launcher.process;
  await misbehave(machine, behaviour);
  const after = (ms: number | undefined, act: () => void) => {
    if (ms === undefined) return;
    machine.clock.schedule(ms, () => {
      if (launcher.process === own) act();
    });
  };
  after(behaviour.diesAfterMs, () => ended(launcher, own, restartMs));
  after(behaviour.hangsAfterMs, () => machine.kill('client'));
  if (behaviour.works === false) return await new Promise(() => {});
  const client = await openVersion(launcher, version, own);
  launcher.client = client;
  launcher.opened?.(client);
  if (client.status().clientId === null) await client.enrol(launcher.token);
  await client.run(stop.signal);
  await client.close();
}

async function openVersion(launcher: Launcher, version: string, own: number): Promise<Client> {
  const { machine, seedVersion, releaseKey, damageOf } = launcher;
  const { install } = setupPlaces;
  const { removes, spoils } = launcher.behaviourOf(version);
  // One that spoils what it knows may lose what it has said itself, and nothing of the one before it.
  const log = removes || spoils ? () => undefined : launcher.log;
  const isSeed = version === seedVersion;
  return await openClient(machine.ports('client'), {
    folder: stateFolder,
    root: managedRoot,
    site: `https://${siteHost}`,
    version,
    log,
    installation: {
      place: {
        installFolder: install,
        versionFolder: isSeed ? `${install}/seed` : `${stateFolder}/versions/${version}`,
      },
      releaseKey,
      versions: {
        runtime: { launcher: 1, node: 22 },
        selfTest: async (folder) => {
          const text = damageOf(folder.slice(folder.lastIndexOf('/') + 1));
          return { passed: text === undefined, text: text ?? 'it works' };
        },
        restart: async () => {
          machine.clock.schedule(0, () => {
            if (launcher.process === own) launcher.stop.abort();
          });
        },
      },
    },
  });
}
