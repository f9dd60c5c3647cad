/** One run of the second starter: it looks, does at most one thing about what it saw, looks again, and says what it did. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import { openPath, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { readTrial, withVersions } from '../versions/record.ts';
import { goBack } from '../versions/trial.ts';
import { type Decision, decide, hasLivedWell, type Seen } from './decide.ts';
import { lookAtClient } from './look.ts';
import type { RescuePorts } from './ports.ts';
import {
  type DoneAct,
  openRecord,
  type RescueAct,
  type RescueJournal,
  rescueFolder,
  type Untold,
} from './record.ts';
import { type ReinstallOptions, reinstall } from './reinstall.ts';
import { spoolMessage } from './spool.ts';
import { tellSite } from './tell.ts';

type ActDecision = Extract<Decision, { kind: 'act' }>;

export type RescueOptions = ReinstallOptions & {
  /** Absolute path of the existing state folder of the client. */
  readonly folder: string;
  /** Looks, decides, and leaves it at that. */
  readonly dryRun?: boolean;
  readonly log?: (text: string) => void;
};

export type RescueReport = {
  readonly seen: Seen;
  readonly decision: Decision;
  /** What came of an act; null where nothing was done. */
  readonly outcome: {
    readonly lives: boolean;
    /** What went wrong with it, as a sentence, and its code. */
    readonly error: string | null;
    readonly code: ErrorCode | null;
  } | null;
};

/** Milliseconds within which a client that was started should answer, and between two looks whether it does. */
const answerMs = 60_000;
const lookAgainMs = 1_000;

/** As predicates of `The second starter ...`. */
const actionWords: Readonly<Record<RescueAct, string>> = {
  define: 'restored the definition of what starts the client',
  start: 'started the client',
  restart: 'ended the client and started it again',
  revert: 'gave up the version on trial and started the one before it',
  reinstall: 'installed the client anew from the kept package',
};

/** @throws HoldfastError `disk.*` where the state folder cannot be used */
export async function rescue(ports: RescuePorts, options: RescueOptions): Promise<RescueReport> {
  return await withOpen(ports.disk.open(options.folder), async (state) => {
    return await withOpen(openPath(state, [rescueFolder], { create: true }), async (folder) => {
      const journal = await openRecord(folder);
      try {
        return await oneRun({ ports, options, state, folder, journal });
      } finally {
        await journal.close();
      }
    });
  });
}

type Run = {
  readonly ports: RescuePorts;
  readonly options: RescueOptions;
  readonly state: Folder;
  /** Of the second starter. */
  readonly folder: Folder;
  readonly journal: RescueJournal;
};

async function oneRun(run: Run): Promise<RescueReport> {
  const { ports, options, state, journal } = run;
  const seen = await lookAtClient(ports, state, options);
  if (options.dryRun) return { seen, decision: decide(seen, journal.state), outcome: null };
  const { bootId, awakeMs } = seen;
  if (hasLivedWell(seen, journal.state)) await journal.commit({ acts: [], lifeBefore: null });
  const waitsSince = seen.idle.ready ? null : (journal.state.waitsSince ?? { bootId, awakeMs });
  await journal.commit({ ranAt: ports.clock.now(), waitsSince });
  const { unsaid } = journal.state;
  if (unsaid) {
    const reason = `${unsaid.reason}; that was cut off`;
    await sayOnce(run, { action: actionWords[unsaid.act], reason }, false);
  }
  const decision = decide(seen, journal.state);
  const outcome = decision.kind === 'act' ? await doIt(run, seen, decision) : null;
  if (decision.kind === 'doubt')
    await sayOnce(run, { action: 'changed nothing', reason: decision.reason }, false);
  // A client that is well takes what was said from the spool.
  if (decision.kind === 'well') await journal.commit({ said: null, untold: null });
  await tellUntold(run);
  return { seen, decision, outcome };
}

type Outcome = NonNullable<RescueReport['outcome']>;

async function doIt(run: Run, seen: Seen, { act, reason }: ActDecision): Promise<Outcome> {
  const { bootId, awakeMs, pulse, trial } = seen;
  const { ports, journal } = run;
  // Before it is done: whoever is cut off in the middle must not count as one who has not begun.
  const lifeBefore = pulse && { bootId: pulse.bootId, sinceMs: pulse.sinceMs };
  const acts = [...journal.state.acts, { bootId, awakeMs, act, ...(trial === null ? {} : { trial }) }];
  await journal.commit({ acts, lifeBefore, unsaid: { act, reason } });
  const { action, error } = await carryOut(run, act, reason);
  if (error) await journal.commit({ acts: withError(journal.state.acts, error.code) });
  const lives = await livesSoon(ports);
  const failed = error ? `; that failed: ${error.message}` : '';
  await sayOnce(
    run,
    { action, reason: `${reason}${failed}`, ...(error ? { error: error.code } : {}) },
    lives,
  );
  return { lives, error: error?.message ?? null, code: error?.code ?? null };
}

/** The same acts, the last of which came to nothing. */
function withError(acts: readonly DoneAct[], error: ErrorCode): readonly DoneAct[] {
  return acts.map((done, index) => (index === acts.length - 1 ? { ...done, error } : done));
}

/** What was done, as a predicate, and what went wrong with it. */
async function carryOut(
  run: Run,
  act: RescueAct,
  reason: string,
): Promise<{ readonly action: string; readonly error?: HoldfastError }> {
  const { starters } = run.ports;
  let action = actionWords[act];
  try {
    if (act === 'reinstall') {
      const source = await reinstall(run.ports, run.state, run.options);
      if (source === 'site')
        action = 'installed the client anew from a package that it fetched from the site';
    }
    if (act === 'restart' || act === 'revert') await starters.stop('service');
    if (act === 'revert') await giveUpTrial(run, reason);
    for (const name of ['service', 'second'] as const) {
      const { present, asDefined, enabled } = await starters.look(name);
      if (!present || !asDefined || !enabled) await starters.define(name);
    }
    await starters.start('service');
    await starters.start('second');
    return { action };
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return { action, error: thrown };
    throw thrown;
  }
}

/** By the version before it, and by the second starter: of a version that stops itself nobody has counted them. */
const leastStarts = 2;

/** Where nothing of its version runs: without a network, and without any of its code. */
async function giveUpTrial({ ports, state }: Run, reason: string): Promise<void> {
  const trial = await withVersions(state, readTrial);
  if (!trial) return;
  const told = { ...trial, starts: Math.max(trial.starts, leastStarts) };
  await goBack(state, told, { cause: 'died', reason, at: ports.clock.now() });
}

async function livesSoon({ starters, clock }: RescuePorts): Promise<boolean> {
  const end = clock.monotonic() + answerMs;
  for (;;) {
    try {
      if (await starters.answers()) return true;
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
    }
    if (clock.monotonic() >= end) return false;
    await clock.sleep(lookAgainMs);
  }
}

/** The same is not said again and again: neither into the spool nor to the site. */
async function sayOnce(run: Run, told: Untold, lives: boolean): Promise<void> {
  const { action, reason } = told;
  const { ports, options, folder, journal } = run;
  options.log?.(`The second starter ${action}: ${reason}`);
  const said = JSON.stringify([action, reason, lives]);
  const { nextMessage, unsaid } = journal.state;
  if (journal.state.said === said) {
    if (unsaid) await journal.commit({ unsaid: null });
    return;
  }
  await spoolMessage(folder, nextMessage, { at: ports.clock.now(), action, reason });
  await journal.commit({
    nextMessage: nextMessage + 1,
    unsaid: null,
    said,
    untold: lives ? null : told,
  });
}

/** What could not be told is told with the next run. */
async function tellUntold({ ports, options, state, journal }: Run): Promise<void> {
  const { untold } = journal.state;
  if (untold === null) return;
  try {
    if (options.site !== null) await tellSite(ports, state, options.site, options.version, untold);
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    options.log?.(`The site could not be told: ${thrown.message}`);
    if (thrown.code !== 'certificate.required') return;
  }
  await journal.commit({ untold: null });
}
