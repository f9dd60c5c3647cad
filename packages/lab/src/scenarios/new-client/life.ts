/** The time in which a machine becomes a client: what stood in the way ends, and some hours later all must be well. */

import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, minute } from '../field/times.ts';
import type { Bootstrap } from './bootstraps.ts';
import { type NewClientScene, noClient } from './scene.ts';

/**
 * A set-up that ended is started again within an hour, one that waits tries again within an hour; and it has to fail for
 * the same reason a few times before it counts as one.
 */
export const healingMs = 3 * hour;

const lookMs = 10 * minute;

/**
 * @param clearMs when nothing stands in the way any more. Milliseconds since the world began
 * @param problems what else must not have been, as clauses; asked every ten minutes and at the end
 */
export async function becomeClient(
  scene: NewClientScene,
  bootstrap: Bootstrap,
  clearMs: number,
  problems: () => readonly string[],
): Promise<Life> {
  const { stage, machine, clients } = scene;
  const { clock, timeline, trace } = stage;
  const ended: string[] = [];
  bootstrap(scene).catch((thrown: unknown) => ended.push(`the bootstrap broke: ${String(thrown)}`));
  const seen = new Set<string>();
  for (let at = 0; at < clearMs + healingMs; at += lookMs) {
    await until(clock, at + lookMs);
    for (const problem of problems()) seen.add(problem);
  }
  const [problem] = [...ended, ...seen, noClient(scene), ...clients.violations].filter(
    (one) => one !== undefined,
  );
  machine.kill();
  trace.add(machine.callCount());
  return { lost: problem !== undefined, reason: problem ?? 'it is a client of its site', timeline, trace };
}
