/** What the client needs of its system: installers that could work, WMI, systemd. */
import type { ClientContext } from '../../context.ts';
import { type Check, failed, ok, type Seen, seenOf } from '../check.ts';

/** Milliseconds that one program may hold up the installers: the longest upgrades of a system take less. */
const longestBusyMs = 4 * 60 * 60_000;

export function installerCheck(context: ClientContext): Check {
  const { installers } = context.ports;

  /** Somebody installs: named where it is one program, seen before, that should have ended long ago. */
  const busy = async (reason: string, who: string | undefined): Promise<Seen> => {
    const now = context.ports.clock.now();
    const before = context.journal.state.health?.busy ?? null;
    // Windows does not tell who it is: two that happen to work at the same hour of two days would be one.
    if (who === undefined) return ok(`another installation is under way: ${reason}`);
    if (before?.who !== who) {
      await context.journal.commit({ kind: 'health', change: { busy: { who, since: now } } });
    } else if (now - before.since > longestBusyMs) {
      const hours = Math.floor((now - before.since) / 3_600_000);
      return failed(`${reason}, for ${hours} hours`, 'system.busy');
    }
    return ok(`another installation is under way: ${reason}`);
  };

  return {
    check: 'installer',
    look: async (): Promise<Seen> => {
      const idle = await installers.idle?.();
      if (idle && !idle.ready) {
        const { process, pid } = idle.evidence;
        return await busy(idle.reason, pid === undefined ? undefined : `${process} ${pid}`);
      }
      if (context.journal.state.health?.busy) {
        await context.journal.commit({ kind: 'health', change: { busy: null } });
      }
      return seenOf(await installers.healthy?.(), {
        well: 'it could install',
        missing: 'this system has no installer that is known here',
      });
    },
  };
}

/** Milliseconds: both wait for their system's own patience. */
const facilityLimitMs = 4 * 60_000;

export function wmiCheck({ ports }: ClientContext): Check {
  const words = { well: 'a query is answered', missing: 'this system has no WMI' };
  return {
    check: 'wmi',
    limitMs: facilityLimitMs,
    look: async () => seenOf(await ports.facilities?.wmi(), words),
  };
}

export function systemdCheck({ ports }: ClientContext): Check {
  const words = { well: 'it answers', missing: 'systemd does not run here' };
  return {
    check: 'systemd',
    limitMs: facilityLimitMs,
    look: async () => seenOf(await ports.facilities?.systemd(), words),
  };
}
