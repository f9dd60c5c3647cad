/**
 * Watches over a version on trial from beside its loop, with code of the launcher's: it believes the site's signature and
 * what it sees for itself, and no word of the version. Faults of the site, of the network, and sleep count for nobody.
 */
import { isHoldfastError, type TrialFailure, trialFailures, trialMs } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Boot, Clock, Disk, Folder } from '@holdfast/ports';
import { keptIdentity } from '../enrolment/identity.ts';
import { readTrial, type Trial, withVersions, writeTrial } from './record.ts';
import { goBack, takeBlessing } from './trial.ts';

export type GuardPorts = {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  readonly disk: Pick<Disk, 'open'>;
  readonly boot: Pick<Boot, 'id' | 'awake'>;
};

/** `busy`: with 429, or with 5xx. */
export type SiteAnswer = 'answers' | 'busy' | 'away';

/** What the guard can see of the version without asking it. */
export type Watched = {
  /** Rises while its loop turns. */
  beats(): number;
  /** Bytes of memory that its process takes; undefined where that cannot be told. */
  memory(): number | undefined;
  /** Whether the site answers this client now, by a request of the guard's own. */
  site(): Promise<SiteAnswer>;
  /** Ends its process at once, so that the service manager starts the version before it. Resolves when that is under way. */
  end(): Promise<void>;
};

export type GuardOptions = {
  /** Absolute path of the state folder. */
  readonly stateFolder: string;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
};

/** Milliseconds between two looks, and between two questions to the site. */
const lookMs = 2_000;
const askMs = 20_000;
/** Milliseconds awake without a turn of the loop after which it counts as hung. */
export const hungMs = 60_000;
/** Bytes that a client may take: many times what one needs. */
export const mostMemory = 768 * 1024 ** 2;
/** Milliseconds between two looks that are more than this were not spent awake. */
const asleepMs = 60_000;

export type GuardEnd = 'blessed' | 'given-up' | 'stopped' | 'no-trial';

/** Resolves when the trial is over, or the guard is stopped. @throws HoldfastError `disk.*` */
export async function guardTrial(
  ports: GuardPorts,
  watched: Watched,
  options: GuardOptions,
): Promise<GuardEnd> {
  return await withOpen(ports.disk.open(options.stateFolder), (state) =>
    watch({ ports, watched, options, state }),
  );
}

type Guard = {
  readonly ports: GuardPorts;
  readonly watched: Watched;
  readonly options: GuardOptions;
  readonly state: Folder;
};

async function watch(guard: Guard): Promise<GuardEnd> {
  const { ports, watched, options, state } = guard;
  const bootId = await ports.boot.id();
  let beats = watched.beats();
  let stillMs = 0;
  let sinceAskedMs = askMs;
  let lastAnswer: SiteAnswer | undefined;
  let lastMs = await awakeMs(ports);
  for (;;) {
    const trial = await withVersions(state, readTrial);
    if (trial === undefined) return 'no-trial';
    if (await withVersions(state, (versions) => takeBlessing(versions, trial, bootId))) {
      options.log(`version ${trial.version} has proved itself`);
      return 'blessed';
    }
    const nowMs = await awakeMs(ports);
    const passedMs = Math.min(Math.max(nowMs - lastMs, 0), asleepMs);
    lastMs = nowMs;
    stillMs = watched.beats() === beats ? stillMs + passedMs : 0;
    beats = watched.beats();
    sinceAskedMs += passedMs;
    if (sinceAskedMs >= askMs) {
      const answer = await watched.site();
      // The time since the last question counts only where the site answered at both ends of it.
      if (answer === 'answers' && lastAnswer === 'answers') await spend(state, trial, sinceAskedMs);
      lastAnswer = answer;
      sinceAskedMs = 0;
    }
    const fault = await faultOf(guard, stillMs);
    if (fault !== undefined) {
      options.log(`version ${trial.version} is given up: ${fault.reason}`);
      await goBack(state, trial, { ...fault, at: ports.clock.now() });
      await watched.end();
      return 'given-up';
    }
    try {
      await ports.clock.sleep(lookMs, options.signal);
    } catch (thrown) {
      if (options.signal.aborted) return 'stopped';
      throw thrown;
    }
  }
}

async function awakeMs({ boot, clock }: GuardPorts): Promise<number> {
  return (await boot.awake?.()) ?? clock.monotonic();
}

async function spend(state: Folder, { upgradeId }: Trial, ms: number): Promise<void> {
  await withVersions(state, async (versions) => {
    const trial = await readTrial(versions);
    if (trial?.upgradeId !== upgradeId) return;
    await writeTrial(versions, { ...trial, spentMs: Math.round(trial.spentMs + ms) });
  });
}

async function faultOf(
  { watched, state }: Guard,
  stillMs: number,
): Promise<{ cause: TrialFailure; reason: string } | undefined> {
  const fault = (cause: TrialFailure, reason: string = trialFailures[cause]) => ({ cause, reason });
  if (stillMs >= hungMs) return fault('hung', `its loop stood still for ${Math.round(stillMs / 1000)} s`);
  const memory = watched.memory() ?? 0;
  if (memory > mostMemory) return fault('memory', `it takes ${Math.round(memory / 1024 ** 2)} MB of memory`);
  const trial = await withVersions(state, readTrial);
  if (trial === undefined) return undefined;
  if (trial.spentMs >= trialMs) return fault('no-proof');
  const identity = await identityOf(state);
  return identity === trial.clientId ? undefined : fault('state-lost');
}

/** A disk that cannot be read is no fault of the version's. */
async function identityOf(state: Folder): Promise<string | undefined> {
  try {
    return (await keptIdentity(state))?.identity.clientId;
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    return undefined;
  }
}
