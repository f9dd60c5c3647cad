/** A version on trial: its start is counted before it begins, and a guard of the launcher's watches over it. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endedInOrder, goBack, nextStart, type Start, type Trial } from '@holdfast/client/versions';
import type { TrialFailure } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { localDisk } from '@holdfast/machine';
import { intact } from './intact.ts';

/** What a guard is told when it is started. */
export type GuardOrder = {
  readonly stateFolder: string;
  readonly installFolder: string;
  /**
   * A number that rises while the loop of this process turns, the seconds since 1970 as it knows them, and the milliseconds
   * in which its loop was not idle.
   */
  readonly beats: Int32Array;
};

/** Milliseconds between two beats. */
const beatMs = 1_000;

/** @throws HoldfastError `disk.*` where the state folder cannot be used */
export async function countedStart(stateFolder: string, releaseKey: string | undefined): Promise<Start> {
  return await withOpen(localDisk().open(stateFolder), (state) =>
    nextStart(state, {
      now: Date.now,
      damage: (version) => intact(join(stateFolder, 'versions', version), version, releaseKey),
    }),
  );
}

/** A version on trial that could not even be loaded has had its chance. */
export async function giveUp(
  stateFolder: string,
  trial: Trial,
  cause: TrialFailure,
  reason: string,
): Promise<void> {
  await withOpen(localDisk().open(stateFolder), (state) =>
    goBack(state, trial, { cause, reason, at: Date.now() }),
  );
}

export async function endedAsAsked(stateFolder: string, trial: Trial): Promise<void> {
  await withOpen(localDisk().open(stateFolder), (state) => endedInOrder(state, trial));
}

/**
 * Tells from now on whether this process was asked to end: one that ends by itself, however well, is none that works.
 * @param stopped by a service manager that asks otherwise than by signals
 */
export function watchStops(stopped: AbortSignal | undefined): () => boolean {
  let asked = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      asked = true;
      // As without this one: a version that does not listen yet, or no more, is ended.
      if (process.listenerCount(name) === 1) process.exit(1);
    });
  }
  return () => asked || stopped?.aborted === true;
}

/**
 * In a thread of its own, so that a loop that hangs does not keep it from seeing that.
 * @returns what ends it
 */
export function startGuard(
  installFolder: string,
  stateFolder: string,
  error: (text: string) => void,
): () => Promise<void> {
  const beats = new Int32Array(new SharedArrayBuffer(12));
  const beat = () => {
    // In this order: who sees the turn sees its clock.
    Atomics.store(beats, 1, Math.floor(Date.now() / 1000));
    Atomics.store(beats, 2, Math.floor(performance.eventLoopUtilization().active));
    Atomics.add(beats, 0, 1);
  };
  beat();
  const beating = setInterval(beat, beatMs).unref();
  const order: GuardOrder = { stateFolder, installFolder, beats };
  const guard = new Worker(join(installFolder, 'launcher', 'guard.mjs'), { workerData: order });
  guard.unref();
  // Without its guard a version on trial goes on: its starts are counted all the same.
  guard.on('error', (thrown) =>
    error(`holdfast-client: the guard of the trial has failed: ${String(thrown)}\n`),
  );
  guard.on('exit', () => clearInterval(beating));
  return async () => {
    clearInterval(beating);
    await guard.terminate();
  };
}
