/**
 * Watches over a version on trial from beside its loop, with code of the launcher's: it believes the site's signature and
 * what it sees for itself, and no word of the version. Faults of the site, of the network, and sleep count for nobody.
 */
import { isHoldfastError, trialMs } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Boot, Clock, Disk, Folder } from '@holdfast/ports';
import { readIdentity } from '../enrolment/identity.ts';
import { journalName } from '../open-state.ts';
import { createJudge, type Fault, fault, type Sight } from './judge.ts';
import { readTrial, type Trial, withVersions, writeTrial } from './record.ts';
import { condemn, isBlessed, takeBlessing } from './trial.ts';

export type GuardPorts = {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  readonly disk: Pick<Disk, 'open'>;
  readonly boot: Pick<Boot, 'id' | 'awake'>;
};

/** `busy`: with 429, or with 5xx. */
export type SiteAnswer = 'answers' | 'busy' | 'away';

/** What the guard can see of the version without asking it. */
export type Watched = {
  /** Its process, as it is at this moment. */
  sight(): Omit<Sight, 'atMs' | 'nowMs'>;
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
/** Milliseconds between two looks that are more than this were not spent awake. */
const asleepMs = 60_000;

export type GuardEnd = 'blessed' | 'given-up' | 'stopped' | 'no-trial';

/** Resolves when the trial is over, or the guard is stopped. A disk that fails is looked at again: nobody else watches. */
export async function guardTrial(
  ports: GuardPorts,
  watched: Watched,
  options: GuardOptions,
): Promise<GuardEnd> {
  const guard = {
    ports,
    watched,
    options,
    judge: createJudge(),
    ask: askSite(watched),
    awake: awakeSince(ports),
  };
  for (;;) {
    try {
      const end = await withOpen(ports.disk.open(options.stateFolder), (state) => look(guard, state));
      if (end !== undefined) return end;
    } catch (thrown) {
      if (!isHoldfastError(thrown)) throw thrown;
      options.log(`the trial could not be looked at: ${thrown.message}`);
    }
    try {
      await ports.clock.sleep(lookMs, options.signal);
    } catch (thrown) {
      if (options.signal.aborted) return 'stopped';
      throw thrown;
    }
  }
}

type Guard = {
  readonly ports: GuardPorts;
  readonly watched: Watched;
  readonly options: GuardOptions;
  readonly judge: ReturnType<typeof createJudge>;
  /** Milliseconds in which the site has answered since the last time. */
  readonly ask: (atMs: number) => Promise<number>;
  /** Milliseconds awake since the guard began. */
  readonly awake: () => Promise<number>;
};

/** One look. Undefined: the trial goes on. @throws HoldfastError `disk.*` */
async function look(guard: Guard, state: Folder): Promise<GuardEnd | undefined> {
  const { ports, watched, options, judge, ask, awake } = guard;
  const atMs = await awake();
  const trial = await withVersions(state, readTrial);
  if (trial === undefined) return 'no-trial';
  const wrong = judge({ ...watched.sight(), atMs, nowMs: ports.clock.now() }) ?? (await lost(state, trial));
  if (wrong !== undefined) return await giveUp(guard, state, trial, wrong);
  // However soon the site has said so: what shows late is to have its time.
  const late = atMs >= trial.leastMs;
  const bootId = await ports.boot.id();
  if (late && (await withVersions(state, (versions) => takeBlessing(versions, trial, bootId)))) {
    options.log(`version ${trial.version} has proved itself`);
    return 'blessed';
  }
  const spentMs = trial.spentMs + (await ask(atMs));
  if (spentMs >= trial.leastMs + trialMs && !(await proved(state, trial)))
    return await giveUp(guard, state, trial, fault('no-proof'));
  if (spentMs !== trial.spentMs) await spend(state, trial, spentMs);
  return undefined;
}

async function giveUp(
  { ports, watched, options }: Guard,
  state: Folder,
  trial: Trial,
  wrong: Fault,
): Promise<GuardEnd> {
  options.log(`version ${trial.version} is given up: ${wrong.reason}`);
  try {
    await condemn(state, trial, { ...wrong, at: ports.clock.now() });
  } finally {
    // Where that could not be written down, the start that ends here counts.
    await watched.end();
  }
  return 'given-up';
}

/** Time runs over all starts, the least one anew with each: one that was often cut off has proved itself all the same. */
async function proved(state: Folder, trial: Trial): Promise<boolean> {
  return (await withVersions(state, (versions) => isBlessed(versions, trial))) ?? false;
}

/** Milliseconds awake since it was made; a long gap between two looks was sleep, whatever the clocks say. */
function awakeSince({ boot, clock }: GuardPorts): () => Promise<number> {
  let sum = 0;
  let last: number | undefined;
  return async () => {
    const now = (await boot.awake?.()) ?? clock.monotonic();
    sum += Math.min(Math.max(now - (last ?? now), 0), asleepMs);
    last = now;
    return sum;
  };
}

/** Asks the site now and then. Answers how many milliseconds it has answered since the last time: at both ends of them. */
function askSite(watched: Pick<Watched, 'site'>): (atMs: number) => Promise<number> {
  let last: { readonly atMs: number; readonly answer: SiteAnswer } | undefined;
  return async (atMs) => {
    if (last !== undefined && atMs - last.atMs < askMs) return 0;
    const before = last;
    last = { atMs, answer: await watched.site() };
    return before?.answer === 'answers' && last.answer === 'answers' ? atMs - before.atMs : 0;
  };
}

async function spend(state: Folder, { upgradeId }: Trial, spentMs: number): Promise<void> {
  await withVersions(state, async (versions) => {
    const trial = await readTrial(versions);
    if (trial?.upgradeId === upgradeId)
      await writeTrial(versions, { ...trial, spentMs: Math.round(spentMs) });
  });
}

/** Whether the version has lost who the client is, or what it knows. A disk that cannot be read is no fault of its. */
async function lost(state: Folder, trial: Trial): Promise<Fault | undefined> {
  try {
    const identity = (await readIdentity(state))?.identity.clientId;
    if (identity !== trial.clientId) return fault('state-lost', 'the identity of the client is gone');
    if (!(await state.entry(journalName))) return fault('state-lost', 'the journal of the client is gone');
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
  }
  return undefined;
}
