/** How long the site was not reached, counted in time that the machine was awake. */
import type { ClientContext } from '../../context.ts';
import { type Check, failed, none, ok, type Seen } from '../check.ts';

const hourMs = 60 * 60_000;
/** Milliseconds, besides three polls. */
const graceMs = 24 * hourMs;
/** Seconds between the polls of a client without policy. */
const firstPollSeconds = 60;

export function policyAgeCheck({ ports, journal, vitals }: ClientContext): Check {
  return {
    check: 'policy-age',
    look: async (): Promise<Seen> => {
      const { identity, policy } = journal.state;
      if (!identity) return none('the client is not enrolled');
      const pollSeconds = policy?.index.pollSeconds ?? firstPollSeconds;
      const limit = 3 * pollSeconds * 1000 + graceMs;
      const since = ports.clock.now() - (vitals.contactAt ?? identity.issuedAt);
      // A machine that slept for a week has had no chance yet; a clock that was set says nothing alone.
      if (since > limit && vitals.silentMs > limit) {
        const hours = Math.floor(vitals.silentMs / hourMs);
        return failed(`no check-in for ${hours} hours in which the machine was awake`, 'network.unreachable');
      }
      if (vitals.contactAt === null) return ok('no check-in yet');
      return ok(`checked in ${Math.max(0, Math.floor(since / 60_000))} minutes ago`);
    },
  };
}
