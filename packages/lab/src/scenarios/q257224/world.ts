/** What chance decides about a machine of Q257224: its verify cycle, and who wants to control it remotely around it. */
import type { Random } from '../../world/random.ts';
import { between, day, hour, minute } from '../field/times.ts';

/** A technician takes the machine. Milliseconds. */
export type Call = { readonly at: number; readonly lasts: number };

/** A file of remote control that is deleted, so that there is something to find. */
export type Damage = { readonly file: 'Wuser32.exe' | 'drivers\\RCHelp.sys'; readonly at: number };

/** Milliseconds, all of them; times since the client was installed. */
export type World = {
  /** "Approximately every 30 days." */
  readonly verifyAt: number;
  /** When somebody next restarts the computer. */
  readonly restartAt: number;
  readonly calls: readonly Call[];
  /** Null on a machine that is well. */
  readonly damage: Damage | null;
};

export const beginsAt = 29 * day;
export const verdictAt = 39 * day;

/** A call that is under way when the verify cycle comes; a driver may be gone by then. */
function drawCallDuring(random: Random, verifyAt: number): Pick<World, 'calls' | 'damage'> {
  const call = { at: verifyAt - between(random, 6 * minute, 20 * minute), lasts: 40 * minute };
  const damage = { file: 'drivers\\RCHelp.sys', at: verifyAt - between(random, 1, 5 * minute) } as const;
  return { calls: [call], damage: random.chance(1, 2) ? damage : null };
}

function drawDamage(random: Random, verifyAt: number): Damage | null {
  const at = between(random, beginsAt + hour, verifyAt - hour);
  return random.chance(1, 5) ? { file: 'Wuser32.exe', at } : null;
}

function drawCallAfter(random: Random, verifyAt: number): Call {
  return {
    at: verifyAt + between(random, hour, 8 * day),
    lasts: between(random, 5 * minute, 40 * minute),
  };
}

export function drawWorld(random: Random): World {
  const verifyAt = 30 * day + between(random, 0, 23 * hour);
  const during = drawCallDuring(random, verifyAt);
  const damage = drawDamage(random, verifyAt);
  const early = random.chance(1, 6) ? during : { calls: [], damage };
  const count = between(random, 0, 2);
  return {
    verifyAt,
    restartAt: verifyAt + between(random, hour, 6 * day),
    calls: [...early.calls, ...Array.from({ length: count }, () => drawCallAfter(random, verifyAt))],
    damage: early.damage,
  };
}
