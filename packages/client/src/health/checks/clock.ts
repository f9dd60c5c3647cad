/** The wall clock: close to that of the site, and not before the certificate. */
import type { ClientContext } from '../../context.ts';
import { type Check, failed, none, ok, type Seen } from '../check.ts';

/** Milliseconds that the clock may be wrong. */
const toleranceMs = 5 * 60_000;

export function clockCheck({ ports, journal, vitals }: ClientContext): Check {
  return {
    check: 'clock',
    look: async (): Promise<Seen> => {
      const { identity } = journal.state;
      const ahead = vitals.clockAheadMs;
      if (ahead !== null && Math.abs(ahead) > toleranceMs) {
        const seconds = Math.round(Math.abs(ahead) / 1000);
        const where = ahead > 0 ? 'ahead of' : 'behind';
        return failed(`the clock is ${seconds} s ${where} that of the site`);
      }
      if (ahead !== null) return ok(`${Math.round(Math.abs(ahead) / 1000)} s from that of the site`);
      // The certificate says what the clock was then, right or wrong: it counts where nobody tells the time.
      if (identity && ports.clock.now() < identity.issuedAt - toleranceMs) {
        return failed('the clock is at a time before the certificate was issued');
      }
      return none('no site has told its time yet');
    },
  };
}
