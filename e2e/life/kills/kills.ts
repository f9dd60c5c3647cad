/** Kills a set-up at its calls, one after the other, and lets each come to its end: which were hit, and what went wrong. */
import { rmSync } from 'node:fs';
import { killedAt } from './aim.ts';
import type { Flow, Subject } from './subject.ts';

/** Times that a call is aimed at: threads take their turns anew in every run. */
const attempts = 5;

/** Every so many calls a child that makes it dies alone: waiting for the bootstrap to try again takes long. */
const aloneEvery = 4;

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
  /** Aims only at those whose key has this in it. */
  readonly only?: string;
  /** Runs at a time. */
  readonly jobs: number;
  readonly progress?: (done: number, of: number) => void;
};

export async function killEverywhere(
  subject: Subject,
  flow: Flow,
  options: KillOptions,
): Promise<KillReport> {
  const place = await subject.prepare(flow, `${flow}-traced`);
  const all = subject.targets(flow, await subject.trace(flow, place), place);
  const faults = await subject.faults(flow, place);
  if (faults.length > 0) throw new Error(`without a kill: ${faults.join('; ')}`);
  const targets = all
    .filter(({ key }) => key.includes(options.only ?? ''))
    .filter((_, index) => index % options.every === 0)
    .map((target, index) => ({ ...target, dies: index % aloneEvery === 1 ? 'child' : 'both' }) as const);
  const wanted = new Set(targets.map(({ key }) => key));
  const hit = new Set<string>();
  const broken: string[] = [];
  let [runs, slowest, done] = [0, 0, 0];

  const killAt = async (target: (typeof targets)[number], attempt: number, name: string) => {
    const aim = target.aims[(attempt - 1) % target.aims.length];
    if (aim === undefined) return;
    const at = await subject.prepare(flow, name);
    let where = `near ${target.key}`;
    try {
      const trace = await subject.trace(flow, at, { ...aim, dies: target.dies, start: target.start ?? 1 });
      const killed = killedAt(trace, target, aim, at);
      if (killed) hit.add(killed);
      where = killed ?? where;
      slowest = Math.max(slowest, await subject.recover(flow, at));
      broken.push(...(await subject.faults(flow, at)).map((fault) => `${where}: ${fault}`));
    } catch (thrown) {
      broken.push(`${where}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    runs += 1;
    rmSync(at, { recursive: true, force: true });
  };

  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const left = targets.filter(({ key }) => !hit.has(key));
    const worker = async (name: string) => {
      for (let target = left.shift(); target !== undefined; target = left.shift()) {
        // Another run may have been killed there meanwhile, instead of where it was to be.
        if (!hit.has(target.key)) await killAt(target, attempt, name);
        if (attempt === 1) options.progress?.(++done, targets.length);
      }
    };
    await Promise.all(Array.from({ length: options.jobs }, (_, job) => worker(`${flow}-${job}`)));
  }
  return {
    flow,
    calls: all.length,
    aimedAt: wanted.size,
    hit: [...wanted].filter((key) => hit.has(key)).length,
    missed: [...wanted].filter((key) => !hit.has(key)),
    runs,
    slowest,
    broken,
  };
}
