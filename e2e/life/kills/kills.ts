/** Kills a set-up at its calls, one after the other, and lets each come to its end: which were hit, and what went wrong. */
import { rmSync } from 'node:fs';
import type { Flow, Subject } from './subject.ts';
import { type Call, changingCalls, killedAt } from './trace.ts';

/** Times that a call is aimed at: threads take their turns anew in every run. */
const attempts = 4;

export type KillReport = {
  readonly flow: Flow;
  /** State-changing calls of a run that nothing disturbs. */
  readonly calls: number;
  /** How many of those were aimed at. */
  readonly aimedAt: number;
  /** How many a run was killed at, seen in its trace. */
  readonly hit: number;
  readonly missed: readonly string[];
  readonly runs: number;
  /** Milliseconds of the longest run after a kill. */
  readonly slowest: number;
  /** `call: what was wrong afterwards`. */
  readonly broken: readonly string[];
};

export type KillOptions = {
  /** Every so many calls one is aimed at; 1 aims at all. */
  readonly every: number;
  /** Runs at a time. */
  readonly jobs: number;
  readonly progress?: (done: number, of: number) => void;
};

export async function killEverywhere(
  subject: Subject,
  flow: Flow,
  options: KillOptions,
): Promise<KillReport> {
  const place = subject.prepare(flow, `${flow}-traced`);
  const all = changingCalls(await subject.trace(place), place);
  const faults = subject.faults(place);
  if (faults.length > 0) throw new Error(`without a kill: ${faults.join('; ')}`);
  const aims = all.filter((_, index) => index % options.every === 0);
  const wanted = new Set(aims.map(({ key }) => key));
  const hit = new Set<string>();
  const broken: string[] = [];
  let [runs, slowest, done] = [0, 0, 0];

  const killAt = async (call: Call, name: string) => {
    const at = subject.prepare(flow, name);
    const killed = killedAt(await subject.trace(at, call), call, at);
    if (killed) hit.add(killed.key);
    const where = killed?.key ?? `near ${call.key}`;
    try {
      slowest = Math.max(slowest, await subject.recover(at));
      broken.push(...subject.faults(at).map((fault) => `${where}: ${fault}`));
    } catch (thrown) {
      broken.push(`${where}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    runs += 1;
    rmSync(at, { recursive: true, force: true });
  };

  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const left = aims.filter(({ key }) => !hit.has(key));
    const worker = async (name: string) => {
      for (let call = left.shift(); call !== undefined; call = left.shift()) {
        // Another run may have been killed there meanwhile, instead of where it was to be.
        if (!hit.has(call.key)) await killAt(call, name);
        if (attempt === 1) options.progress?.(++done, aims.length);
      }
    };
    await Promise.all(Array.from({ length: options.jobs }, (_, job) => worker(`${flow}-${job}`)));
  }
  return {
    flow,
    calls: all.length,
    aimedAt: aims.length,
    hit: [...wanted].filter((key) => hit.has(key)).length,
    missed: [...wanted].filter((key) => !hit.has(key)),
    runs,
    slowest,
    broken,
  };
}
