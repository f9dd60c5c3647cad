/** Readiness gates: named conditions that must hold before a step may run, with a reason anyone can read. */
import { type GateEvidence, type GateWait, knownExit, knownWin32 } from '@holdfast/contract';
import type { Clock, Disk, Entropy, Readiness, Watch } from '@holdfast/ports';

export type GateVerdict =
  | { readonly open: true }
  | {
      readonly open: false;
      readonly reason: string;
      readonly evidence?: GateEvidence;
      /** When it opens by itself, wall clock, where that is known. */
      readonly opensAt?: number;
    };

export type Gate = {
  readonly name: string;
  check(): Promise<GateVerdict>;
  /** Calls back when it may have opened or closed. Absent where nothing tells: then it is looked at again after a while. */
  readonly watch?: Watch;
};

export type ClosedGate = {
  readonly gate: string;
  readonly reason: string;
  readonly evidence: GateEvidence;
  readonly opensAt?: number;
};

/** The first closed gate in the order given; undefined when all are open. */
export async function firstClosedGate(gates: readonly Gate[]): Promise<ClosedGate | undefined> {
  for (const gate of gates) {
    const verdict = await gate.check();
    if (verdict.open) continue;
    const { reason, evidence = {}, opensAt } = verdict;
    return { gate: gate.name, reason, evidence, ...(opensAt === undefined ? {} : { opensAt }) };
  }
  return undefined;
}

/** The wait at a gate that was seen closed; it began when the same gate was first seen closed. */
export function waitAt(before: GateWait | null, closed: ClosedGate, now: number): GateWait {
  const { gate, reason, evidence } = closed;
  return { gate, since: before?.gate === gate ? Math.min(before.since, now) : now, reason, evidence };
}

/** Milliseconds: the shortest and the longest time between two looks at a closed gate. */
const shortestPollMs = 5_000;
const longestPollMs = 4 * 60_000;

/** When to look at a closed gate again, should no event tell: the longer it was closed, the later; the upper half is drawn. */
export function gatePollMs(
  wait: Pick<GateWait, 'since'>,
  now: number,
  entropy: Pick<Entropy, 'integer'>,
): number {
  const ceiling = Math.min(Math.max((now - wait.since) / 4, shortestPollMs), longestPollMs);
  const half = Math.ceil(ceiling / 2);
  return half + entropy.integer(half + 1);
}

/** A verdict from what a part of the machine says of itself; the system's own number speaks first. */
export function verdictOf(readiness: Readiness): GateVerdict {
  if (readiness.ready) return { open: true };
  const { reason, evidence } = readiness;
  const { win32, exitCode } = evidence;
  if (typeof win32 === 'number') return { open: false, reason: named(knownWin32(win32)), evidence };
  if (typeof exitCode === 'number') return { open: false, reason: named(knownExit(exitCode)), evidence };
  return { open: false, reason, evidence };
}

function named(known: { readonly label: string; readonly meaning: string }): string {
  return `${known.label} (${known.meaning})`;
}

/**
 * Resolves when one of the gates may have opened, or after `ms` all the same: an event may be lost.
 * @throws the signal's reason
 */
export async function untilStirred(
  gates: readonly Pick<Gate, 'watch'>[],
  ms: number,
  clock: Pick<Clock, 'sleep'>,
  signals: readonly AbortSignal[] = [],
): Promise<void> {
  const stirred = new AbortController();
  const stir = () => stirred.abort('stirred');
  const leave = gates.flatMap((gate) => (gate.watch ? [gate.watch(stir)] : []));
  // Not composed by AbortSignal.any: that is kept by the system for as long as somebody listens to it.
  for (const signal of signals) signal.addEventListener('abort', stir, { once: true });
  try {
    for (const signal of signals) signal.throwIfAborted();
    await clock.sleep(ms, stirred.signal);
  } catch (thrown) {
    for (const signal of signals) signal.throwIfAborted();
    if (!stirred.signal.aborted) throw thrown;
  } finally {
    for (const stop of leave) stop();
    for (const signal of signals) signal.removeEventListener('abort', stir);
  }
}

/** Bytes that stay free for the machine itself, whatever is to be installed. */
export const reservedBytes = 16 * 1024 * 1024;

/** Open while the volume of `path` has `bytes` to give, and still its reserve after that. */
export function diskFreeGate(
  disk: Pick<Disk, 'freeBytes'>,
  path: string,
  bytes: number,
  name = 'disk-free',
): Gate {
  return {
    name,
    check: async () => {
      const free = await disk.freeBytes(path);
      const needed = bytes + reservedBytes;
      if (free >= needed) return { open: true };
      return {
        open: false,
        reason: `${free} bytes are free, ${needed} are needed`,
        evidence: { free, needed },
      };
    },
  };
}
