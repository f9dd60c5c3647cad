/** Enrolling the client in a folder, by a person or by an order that was left. */
import { type ClientEvent, type ClientSettings, changeSettings } from '@holdfast/client';
import { backoffMs, withOpen } from '@holdfast/engine';
import type { Machine } from '@holdfast/machine';
import { plain } from '../terminal.ts';
import type { Session } from '../verbs/verb.ts';
import { isRefusedForGood, leaveOrder, readOrder, removeOrder } from './enrolment-order.ts';
import { eventLine, withClient } from './verbs/client-verb.ts';

/** Milliseconds between tries of an order: a network comes within minutes, a site within a day. */
const backoff = { baseMs: 5_000, capMs: 15 * 60_000 };

/** @throws HoldfastError `token.*`, `site.untrusted`, `network.*`, `client.running` */
export async function enrolFolder(
  session: Session,
  folder: string,
  settings: ClientSettings,
  token: string,
): Promise<string> {
  const log = (event: ClientEvent) => session.note(eventLine(event, false).trimEnd());
  let enrolled = '';
  await withClient(session, folder, settings, log, async ({ client, machine }) => {
    ({ clientId: enrolled } = await client.enrol(token));
    await withOpen(machine.disk.open(folder), (state) => changeSettings(state, settings));
    await removeOrder(folder);
  });
  return enrolled;
}

export type Orders = {
  /** Tries the order that was left in a folder, if there is one and its time has come. Never throws. */
  take(session: Session, folder: string): Promise<'none' | 'enrolled' | { reason: string; ms: number }>;
};

export function openOrders({ clock, entropy }: Pick<Machine, 'clock' | 'entropy'>): Orders {
  let tries = 0;
  /** Of the monotonic clock: the folder stirs more often than a site wants to be asked. */
  let notBefore = Number.NEGATIVE_INFINITY;
  let reason = '';
  return {
    take: async (session, folder) => {
      const order = await readOrder(folder);
      if (order?.token === undefined) return 'none';
      const ms = notBefore - clock.monotonic();
      if (ms > 0) return { reason, ms };
      try {
        await enrolFolder(session, folder, order.settings, order.token);
        tries = 0;
        return 'enrolled';
      } catch (thrown) {
        reason = plain(thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 2_000);
        session.surroundings.error(`enrolment: ${reason}\n`);
        if (isRefusedForGood(thrown)) {
          await leaveOrder(folder, { settings: order.settings, refused: reason });
          return 'none';
        }
        tries += 1;
        const wait = backoffMs(tries, backoff, entropy);
        notBefore = clock.monotonic() + wait;
        return { reason, ms: wait };
      }
    },
  };
}
