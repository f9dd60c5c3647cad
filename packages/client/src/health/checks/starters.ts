/** What starts the client: its service, and the second starter that looks after it. */
import { openPath, withOpen } from '@holdfast/engine';
import type { StarterState } from '@holdfast/ports';
import type { ClientContext } from '../../context.ts';
import { peekRecord, rescueFolder } from '../../rescue/record.ts';
import { type Check, failed, none, ok, type Seen } from '../check.ts';

const elsewhere = none('this client is not started by a service of its own');

/** Milliseconds awake within which the second starter, which runs every hour, has run if it can. */
const longestRestMs = 3 * 60 * 60_000;

/** Those of the machine belong to the client that its package installed, and to no other. */
function startersOf({ options, ports }: ClientContext) {
  return options.installation ? ports.starters : undefined;
}

export function serviceCheck(context: ClientContext): Check {
  const starters = startersOf(context);
  return {
    check: 'service',
    look: async () => {
      if (!starters) return elsewhere;
      const state = await starters.look('service');
      if (isDefined(state) && !state.active) {
        return failed('it does not run: this evaluation was asked for by hand', 'system.not-ready');
      }
      return seenOf(state, 'it is defined, enabled and runs');
    },
    // Never started from here: either this is the service, or somebody works in its folder by hand.
    remedy: async () => {
      if (!starters || isDefined(await starters.look('service'))) return undefined;
      await starters.define('service');
      return 'it was defined and enabled anew';
    },
  };
}

export function secondStarterCheck(context: ClientContext): Check {
  const starters = startersOf(context);
  return {
    check: 'second-starter',
    look: async () => {
      if (!starters) return elsewhere;
      const seen = seenOf(await starters.look('second'), 'it is defined, enabled and armed');
      return seen.state === 'ok' ? ((await hasRested(context)) ?? seen) : seen;
    },
    remedy: async () => {
      if (!starters) return undefined;
      await starters.define('second');
      await starters.start('second');
      return 'it was defined, enabled and armed anew';
    },
  };
}

/** Armed, and yet it does not run: seen by its journal, which says when it last did. */
async function hasRested(context: ClientContext): Promise<Seen | undefined> {
  const { vitals } = context;
  const ranAt = await lastRun(context);
  if (ranAt !== vitals.secondRanAt) {
    vitals.secondRanAt = ranAt;
    vitals.secondRestMs = 0;
  }
  if (vitals.secondRestMs <= longestRestMs) return undefined;
  const hours = Math.floor(vitals.secondRestMs / 3_600_000);
  return failed(`it is armed and has not run for ${hours} hours`, 'system.not-ready');
}

async function lastRun({ folder }: ClientContext): Promise<number | null> {
  if ((await folder.entry(rescueFolder))?.kind !== 'folder') return null;
  return await withOpen(openPath(folder, [rescueFolder]), async (rescue) => {
    return (await peekRecord(rescue))?.ranAt ?? null;
  });
}

function isDefined({ present, asDefined, enabled }: StarterState): boolean {
  return present && asDefined && enabled;
}

function seenOf(state: StarterState, well: string): Seen {
  if (isDefined(state) && state.active) return ok(well);
  return failed(state.reason || 'it is not there', 'system.failed');
}
