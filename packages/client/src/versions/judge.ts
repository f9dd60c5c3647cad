/** What is wrong with a version on trial by what can be seen of its process from outside: looked at again and again. */
import { type TrialFailure, trialFailures } from '@holdfast/contract';

/** What was seen of it at one moment. */
export type Sight = {
  /** Milliseconds awake since its guard began. */
  readonly atMs: number;
  /** Milliseconds since 1970, by the machine's clock. */
  readonly nowMs: number;
  /** Rises while its loop turns. */
  readonly beats: number;
  /** Bytes of memory that its process takes. */
  readonly memory: number;
  /** Milliseconds of processor time that its process has used. */
  readonly processorMs: number;
  /** Milliseconds in which its loop was not idle. On a machine that is busy with other work this tells more than the processor. */
  readonly activeMs: number;
  /** Milliseconds by which its clock is ahead of the machine's. */
  readonly clockAheadMs: number;
};

export type Fault = { readonly cause: TrialFailure; readonly reason: string };

/** Milliseconds awake without a turn of the loop after which it counts as hung. */
export const hungMs = 60_000;
/** Bytes that a client may take: many times what one needs. */
export const mostMemory = 768 * 1024 ** 2;
/** Milliseconds in which a client that has just started may grow as it likes, and over which it is looked at after that. */
const settlingMs = 60_000;
const trendMs = 110_000;
/** Bytes a minute by which it may go on growing. */
const mostGrowth = 20 * 1024 ** 2;
/** Share of one processor that it may take for as long as that, and of the time that its loop may be at work. */
const mostProcessor = 0.8;
const mostActive = 0.9;
/** Milliseconds by which a clock may differ: a second is the least that can be told, and a loop may be late. */
const mostClockMs = 60_000;

const percent = (share: number) => `${Math.round(share * 100)} %`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

/** Judges one life of a version, sight by sight in their order. */
export function createJudge(): (sight: Sight) => Fault | undefined {
  let turned: Sight | undefined;
  let last: Sight | undefined;
  /** The first sight after it has settled. */
  let settled: Sight | undefined;
  return (sight) => {
    const turns = turned === undefined || sight.beats !== turned.beats;
    if (turned === undefined || turns) turned = sight;
    // Before the first sight it may have slept, too.
    const jumped = last === undefined || jumpMs(last, sight) > mostClockMs;
    last = sight;
    if (settled === undefined && sight.atMs >= settlingMs) settled = sight;
    const stillMs = sight.atMs - turned.atMs;
    if (stillMs >= hungMs) return fault('hung', `its loop stood still for ${Math.round(stillMs / 1000)} s`);
    if (sight.memory > mostMemory) return fault('memory', `it takes ${megabytes(sight.memory)}`);
    // A loop that stands still shows its clock of then; so does one that turned last before the machine slept, or was set.
    if (turns && !jumped && Math.abs(sight.clockAheadMs) > mostClockMs) {
      return fault(
        'clock',
        `its clock differs by ${Math.round(sight.clockAheadMs / 1000)} s from the machine's`,
      );
    }
    const passedMs = settled === undefined ? 0 : sight.atMs - settled.atMs;
    if (settled === undefined || passedMs < trendMs) return undefined;
    const growth = ((sight.memory - settled.memory) / passedMs) * 60_000;
    if (growth > mostGrowth) return fault('memory', `it grows by ${megabytes(growth)} a minute`);
    const share = (sight.processorMs - settled.processorMs) / passedMs;
    if (share > mostProcessor) return fault('busy', `it took ${percent(share)} of a processor`);
    const active = (sight.activeMs - settled.activeMs) / passedMs;
    if (active > mostActive) return fault('busy', `its loop was at work for ${percent(active)} of the time`);
    return undefined;
  };
}

/** Milliseconds that the machine's clock went on, or back, without the machine being awake for them. */
const jumpMs = (last: Sight, { nowMs, atMs }: Sight) => Math.abs(nowMs - last.nowMs - (atMs - last.atMs));

export function fault(cause: TrialFailure, reason: string = trialFailures[cause]): Fault {
  return { cause, reason };
}
