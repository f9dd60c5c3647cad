/** Starts a version of the client in this very process, with the service manager answered before anything of it is loaded. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LaunchedService } from '@holdfast/ports';
import { chooseNamed, chooseVersion, type InstalledVersion, mainOf, seedOf } from './versions.ts';

/** A service that is told how the version ended. */
export type AnsweredService = LaunchedService & { end(exitCode: number): Promise<void> };

export type LaunchOptions = {
  /** What the package owns: runtime, launcher, seed. Absolute path. */
  readonly installFolder: string;
  readonly stateFolder: string;
  /** Public half of the release key, PEM. */
  readonly releaseKey: string | undefined;
  /** Words of the command line. */
  readonly words: readonly string[];
  /** Answers the service manager; undefined where none has started this process. */
  readonly answer: () => Promise<AnsweredService | undefined>;
  readonly error: (text: string) => void;
};

/** What a version may ask of a launcher: it rises with every change that one relies on. */
export const launcherInterface = 1;

/** Verb with which the service manager starts a client. */
const serviceVerb = 'service';

/**
 * Becomes the client: its main is imported, and reads the rest of the command line as if it had been started itself.
 * Resolves when that has ended, with its exit code told to the service manager where there is one.
 * @throws what the import of the seed throws: nothing is left to be started then
 */
export async function launch(options: LaunchOptions): Promise<void> {
  const service = options.words[0] === serviceVerb ? await options.answer() : undefined;
  try {
    await becomeVersion(options, service);
  } finally {
    await service?.end(Number(process.exitCode ?? 0));
  }
}

async function becomeVersion(options: LaunchOptions, service: LaunchedService | undefined): Promise<void> {
  const { installFolder, stateFolder, releaseKey, words, error } = options;
  const become = (version: InstalledVersion, reason: string | null) => {
    if (reason !== null) error(`holdfast-client: ${reason}; ${spoken(version)} is started\n`);
    globalThis.holdfastLauncher = {
      interface: launcherInterface,
      fellBack: reason,
      service: service ?? null,
    };
    return import(pathToFileURL(version.main).href);
  };
  const isTried = words[0] === serviceVerb && trialLies(stateFolder);
  const tried = isTried ? await tryVersion(options, service, become) : untried;
  if (tried === 'ended') return;
  const seed = seedOf(installFolder);
  const { reason, instead } = tried;
  const { chosen, fellBack } =
    instead === undefined
      ? await chooseVersion(installFolder, stateFolder, releaseKey)
      : await chooseNamed(instead, installFolder, stateFolder, releaseKey);
  try {
    await become(chosen, fellBack ?? reason);
  } catch (thrown) {
    if (chosen.name === seed.name) throw thrown;
    await become(seed, `version ${chosen.name} could not be loaded: ${textOf(thrown)}`);
  }
}

const spoken = ({ name }: InstalledVersion) => (name === 'seed' ? 'the seed version' : `version ${name}`);

const textOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));

/** Why another version than the one on trial is started, null where there is nothing to say; and which, if not the current. */
type Untried = { readonly reason: string | null; readonly instead?: string };

const untried: Untried = { reason: null };

/** Starts the version that is on trial, its start counted and its guard beside it. */
async function tryVersion(
  { installFolder, stateFolder, releaseKey, error }: LaunchOptions,
  service: LaunchedService | undefined,
  become: (version: InstalledVersion, reason: null) => Promise<unknown>,
): Promise<Untried | 'ended'> {
  const { countedStart, endedAsAsked, giveUp, startGuard, watchStops } = await import('./trial.ts');
  const wasAsked = watchStops(service?.stopped);
  try {
    const { version, trial } = await countedStart(stateFolder, releaseKey);
    if (trial === null) return { reason: null, instead: version };
    const endGuard = startGuard(installFolder, stateFolder, error);
    try {
      await become({ name: version, main: mainOf(join(stateFolder, 'versions', version)) }, null);
    } catch (thrown) {
      const why = `version ${version} could not be loaded: ${textOf(thrown)}`;
      await giveUp(stateFolder, trial, 'cannot-load', why);
      return { reason: why, instead: trial.previous };
    } finally {
      await endGuard();
    }
    if (wasAsked() && Number(process.exitCode ?? 0) === 0) {
      await endedAsAsked(stateFolder, trial).catch((thrown: unknown) =>
        error(`holdfast-client: the end of a start could not be written down: ${textOf(thrown)}\n`),
      );
    }
    return 'ended';
  } catch (thrown) {
    // Never the current one: it may be the one on trial, and nobody would count its starts.
    return {
      reason: `the trial of a version cannot go on: ${textOf(thrown)}`,
      instead: seedOf(installFolder).name,
    };
  }
}

const trialLies = (stateFolder: string) => existsSync(join(stateFolder, 'versions', 'trial.json'));
