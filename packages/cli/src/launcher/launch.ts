/** Starts a version of the client in this very process, with the service manager answered before anything of it is loaded. */
import { pathToFileURL } from 'node:url';
import type { LaunchedService } from '@holdfast/ports';
import { chooseVersion, type InstalledVersion, seedOf } from './versions.ts';

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
  const { installFolder, stateFolder, releaseKey } = options;
  const seed = seedOf(installFolder);
  const { chosen, fellBack } = await chooseVersion(installFolder, stateFolder, releaseKey);
  const become = (version: InstalledVersion, reason: string | null) => {
    if (reason !== null) options.error(`holdfast-client: ${reason}; the seed version is started\n`);
    globalThis.holdfastLauncher = { interface: 1, fellBack: reason, service: service ?? null };
    return import(pathToFileURL(version.main).href);
  };
  try {
    await become(chosen, fellBack);
  } catch (thrown) {
    if (chosen.name === seed.name) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    await become(seed, `version ${chosen.name} could not be loaded: ${why}`);
  }
}
